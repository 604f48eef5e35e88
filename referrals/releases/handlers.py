"""What releases learn from referrals and from the receiver's contacts, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from cases.custody.events import CONTACTS_CHANGED
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.handover.events import BY_STATE
from referrals.handover.models import Referral
from referrals.handover.transitions import State
from referrals.releases import actions as releases
from referrals.releases.events import RELEASED, SAID


def _follow(event: OutboxEvent) -> None:
    referral = event.payload["referral"]
    receiver = Referral.objects.filter(pk=referral).values_list("to_partner_id", flat=True).first()
    if receiver is not None:
        enter(partner_id=receiver, role="worker")
        releases.follow_notice(referral=referral)


@handler(BY_STATE[State.ENROLLED])
def begin_release(event: OutboxEvent) -> None:
    """Somebody of whom a prison said when they are released takes part: the receiver has a release of its own."""
    _follow(event)


@handler(SAID)
def move_release(event: OutboxEvent) -> None:
    """The day has moved: the receiver's release moves with it."""
    _follow(event)


@handler(RELEASED)
def release_person(event: OutboxEvent) -> None:
    """The person is out: the receiver's clock begins."""
    _follow(event)


@handler(CONTACTS_CHANGED)
def tell_prison(event: OutboxEvent) -> None:
    """The prison learns of the first contact."""
    enter(partner_id=event.payload["partner"], role="worker")
    releases.tell_first_contact(enrolment=event.payload["enrolment"])
