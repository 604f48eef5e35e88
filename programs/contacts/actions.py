"""What can be done at a service point: keep the list of points, count a contact, take the last one back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation import encryption
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from programs.contacts.models import CODE_MONTHS, Contact, ServicePoint

LATE_DAYS = 31
"""So many days after it a contact can still be written down."""


class PointClosed(RuleError):
    """Nothing is counted at a service point that is closed. Choose another, or open it again."""

    code = "point_closed"


class Counted(RuleError):
    """A contact can be taken back on the day on which it was written down. Later, write to the auditor what was wrong."""

    code = "counted"


@action("service_point.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_point(*, by: Acting, point: ServicePoint) -> ServicePoint:
    """Adds or changes a service point of the acting partner."""
    point.save()
    return point


@action("contact.record", roles=CASEWORK_ROLES)
def record_contact(*, by: Acting, point: ServicePoint, held_on: date, code: str = "", **counts: Any) -> Contact:
    """Counts a contact at a point of the acting partner. `code`: the client's own word, of which a keyed hash is kept for
    `CODE_MONTHS`; `counts`: the fields of `Contact`.

    Raises DateOutOfRange for a day ahead, or more than `LATE_DAYS` ago, and PointClosed.
    """
    today = timezone.localdate()
    if not today - timedelta(days=LATE_DAYS) <= held_on <= today:
        raise DateOutOfRange(_("Count contacts of the last %(days)s days.") % {"days": LATE_DAYS})
    if point.closed_on and point.closed_on <= held_on:
        raise PointClosed(_("This service point was closed on that day."))
    contact = Contact(
        partner=by.partner, point=point, held_on=held_on, code_hash=code_hash(by, code), recorded_by=by.user, **counts
    )
    if not contact.naloxone_out:
        contact.naloxone_why = ""
    contact.full_clean(exclude=["code_hash"])
    contact.save()
    return contact


@action("contact.take_back", roles=CASEWORK_ROLES, party=Party.OWNER)
def take_back_contact(*, by: Acting, contact: Contact) -> None:
    """Takes away a contact that was counted by mistake. Raises Counted after its day."""
    if timezone.localdate(contact.recorded_at) != timezone.localdate():
        raise Counted(_("This was counted on another day, and stays."))
    contact.delete()


@action("contact.forget_codes", outside="jobs")
def forget_codes() -> int:
    """Forgets the clients' words of contacts of whole months that lie `CODE_MONTHS` back; returns of how many."""
    today = timezone.localdate()
    year, month = divmod(today.year * 12 + today.month - 1 - CODE_MONTHS, 12)
    before = date(year, month + 1, 1)
    return Contact.objects.filter(held_on__lt=before).exclude(code_hash="").update(code_hash="")


def code_hash(by: Acting, code: str) -> str:
    """Tells a client's word from others of the same partner, whatever its case and spaces; empty for none."""
    word = "".join(code.casefold().split())
    return encryption.contact_code(by.partner.pk, word) if word else ""
