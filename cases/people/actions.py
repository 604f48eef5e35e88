"""What can be done with people: saving one, linking two records of one human being; and finding one by identity code."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.people.doubles import possible_doubles
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import Party, action
from partnership.api import references
from partnership.isolation.acting import Acting
from partnership.isolation.errors import InTheWay, RuleError
from partnership.members.models import Partner


class KnownPerson(RuleError):
    """Your partner has a person with this identity code already. Use that record, which `records` names."""

    code = "known_person"
    status = 409


class PossibleDouble(RuleError):
    """Your partner's register has somebody spelled alike, maybe the same human being: `records` names them.

    Use that record; or say that it is somebody else (`is_somebody_else`), and the person is saved.
    """

    code = "possible_double"
    status = 409

    def __init__(self, message: object, doubles: Sequence[Person]) -> None:
        super().__init__(message, records=[InTheWay("person", double.pk) for double in doubles])
        self.doubles = list(doubles)


class NotLinkable(RuleError):
    """The two records are one and the same, or are linked already; or the record that is to leave is linked with none.

    Read the person again: `same_as` says with which record it is linked.
    """

    code = "not_linkable"
    status = 409


def find_known(partner: Partner, identity_code: str) -> Person | None:
    """The partner's own person with this identity code."""
    return Person.objects.found_by(partner.pk, identity_code).first() if identity_code else None


@action("person.save", roles=PEOPLE_ROLES, scope="persons:write")
def save_person(*, by: Acting, person: Person, is_somebody_else: bool = False) -> Person:
    """Saves a person of the acting partner. Two records with one identity code can't stand side by side.

    A new one is not saved beside a possible double: PossibleDouble names those, unless somebody has said that it `is_somebody_else`.
    """
    person.partner = by.partner
    _check_code(person)
    if person._state.adding and not is_somebody_else and (doubles := possible_doubles(person)):
        raise PossibleDouble(_("Your register has somebody spelled alike: is it the same person?"), doubles)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "one_person_per_code" in str(error):
            _check_code(person)  # somebody saved the same code meanwhile
        raise
    return person


def _check_code(person: Person) -> None:
    """Raises KnownPerson where another record of the register has this identity code."""
    known = find_known(person.partner, person.identity_code or "")
    if known and known.pk != person.pk:
        raise KnownPerson(
            _("You have a person with this identity code already: use that record."),
            records=[InTheWay("person", known.pk)],
        )


@action("person.keep_reference", roles=PEOPLE_ROLES, party=Party.OWNER, scope="persons:write")
def keep_reference(*, by: Acting, record: Person, reference: str | None) -> None:
    """Keeps what the acting system calls a person; None: forgets it. Raises ReferenceTaken."""
    references.keep(by, "person", record.pk, reference)


@action("person.link", roles=PEOPLE_ROLES, party=Party.OWNER, scope="persons:write")
def link_person(*, by: Acting, person: Person, other: Person) -> Person:
    """Says that two records of the own register are of one human being: pages, file, erasure, log and figures take them together.

    Nothing is merged: each record stays as it is, and can leave again (`unlink_person`). Returns the oldest record, to which the
    others point. Raises NotLinkable.
    """
    numbers = _locked(person) | _locked(other)
    first = min(numbers)
    if person.pk == other.pk or _first(person) == _first(other):
        raise NotLinkable(_("These records are one already."))
    Person.objects.filter(pk__in=numbers).exclude(pk=first).exclude(same_as=first).update(
        same_as=first, changed_at=timezone.now()
    )
    return Person.objects.get(pk=first)


@action("person.unlink", roles=PEOPLE_ROLES, party=Party.OWNER, scope="persons:write")
def unlink_person(*, by: Acting, person: Person) -> None:
    """Takes a record out of those with which it was linked; the others stay one. Raises NotLinkable."""
    others = _locked(person) - {person.pk}
    if not others:
        raise NotLinkable(_("This record is linked with no other."))
    now = timezone.now()
    if _first(person) == person.pk:
        first = min(others)
        Person.objects.filter(pk=first).update(same_as=None, changed_at=now)
        Person.objects.filter(pk__in=others - {first}).update(same_as=first, changed_at=now)
    Person.objects.filter(pk=person.pk).update(same_as=None, changed_at=now)


def _locked(person: Person) -> set[int]:
    """The numbers of the records of a human being, whom nobody links otherwise meanwhile."""
    person.refresh_from_db(fields=["same_as"])
    return set(person.records().select_for_update().order_by("pk").values_list("pk", flat=True))


def _first(person: Person) -> int:
    person.refresh_from_db(fields=["same_as"])
    return person.same_as_id or person.pk
