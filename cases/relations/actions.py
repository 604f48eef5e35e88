"""What can be done with relations between people of the own register."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.relations.models import INVERSE, Kind, Relation
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError


class NotRelated(RuleError):
    """A person has no relation to themselves. Choose another record of your register."""

    code = "not_related"


@action("relation.save", roles=PEOPLE_ROLES, party=Party.OWNER, scope="persons:write")
def save_relation(*, by: Acting, person: Person, other: Person, kind: str) -> Relation:
    """Says what `other` is to the person; said again, the newer one counts. Both pages show it."""
    if other.pk in set(person.records().values_list("pk", flat=True)):
        raise NotRelated(_("These records are of one person."))
    said = Kind(kind)
    one, second = (person, other) if person.pk < other.pk else (other, person)
    relation, _is_new = Relation.objects.update_or_create(
        partner=by.partner,
        person=one,
        other=second,
        defaults={"kind": said if one == person else INVERSE.get(said, said), "recorded_by": by.user},
    )
    return relation


@action("relation.remove", roles=PEOPLE_ROLES, party=Party.OWNER, scope="persons:write")
def remove_relation(*, by: Acting, relation: Relation) -> None:
    """Takes a relation away: it was wrong, or has ended. It stands in the history."""
    relation.delete()


def relations_of(records: Iterable[Person]) -> QuerySet[Relation]:
    """The relations of a human being, by all of their records."""
    records = list(records)
    return (
        Relation.objects.filter(Q(person__in=records) | Q(other__in=records))
        .select_related("person", "other")
        .order_by("id")
    )
