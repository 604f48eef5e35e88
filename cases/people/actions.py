"""What can be done with people: saving one; and finding one by identity code."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Partner


class KnownPerson(RuleError):
    """Your partner has a person with this identity code already. Search for the code and use that record."""

    code = "known_person"
    status = 409


def find_known(partner: Partner, identity_code: str) -> Person | None:
    """The partner's own person with this identity code."""
    return Person.objects.found_by(partner.pk, identity_code).first() if identity_code else None


@action("person.save", roles=PEOPLE_ROLES, scope="persons:write")
def save_person(*, by: Acting, person: Person) -> Person:
    """Saves a person of the acting partner. Two records with one identity code can't stand side by side."""
    person.partner = by.partner
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "one_person_per_code" in str(error):
            known = find_known(by.partner, person.identity_code or "")
            raise KnownPerson(
                _("You have a person with this identity code already: search for the code."),
                record=f"persons/{known.pk}" if known else "",
            ) from error
        raise
    return person
