"""What can be done about records that one has nothing to do with: opening one with a reason, checking that it was needed."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.openings import events
from cases.openings.models import RecordOpening
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.members.models import Role


@action("record.open", roles=PEOPLE_ROLES, party=Party.OWNER, event="record.opened")
def open_record(*, by: Acting, person: Person, purpose: str, words: str) -> RecordOpening:
    """Opens the record of an own person to the acting user for three hours; their managers are told. Raises Invalid without words."""
    if not words.strip():
        raise Invalid("words", _("Say in a few words why you need the record."))
    opening = RecordOpening.objects.create(
        partner=by.partner, user=by.user, person_number=person.pk, purpose=purpose, words=words.strip()
    )
    announce(
        events.OPENED,
        f"opening:{opening.pk}",
        tell=[
            {"partner": by.partner.pk, "managers": True, "not_user": by.user.pk, "url": reverse("opening_list")},
        ],
        opening=opening.pk,
    )
    return opening


@action("opening.mark_checked", roles=(Role.AUDITOR,))
def mark_checked(*, by: Acting, opening: RecordOpening) -> None:
    """The auditor has looked at the reason."""
    opening.checked_by, opening.checked_at = by.user, timezone.now()
    opening.save(update_fields=["checked_by", "checked_at"])
