"""What referrals learn from enrolments, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from cases.enrolments.events import ENDED
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.handover.actions import follow_enrolment


@handler(ENDED)
def close_referral(event: OutboxEvent) -> None:
    """An enrolment that ended closes the referral that led to it."""
    partner, enrolment = event.payload["partner"], event.payload["enrolment"]
    enter(partner_id=partner, role="worker")
    follow_enrolment(enrolment=enrolment, reason=event.payload["reason"], user=event.payload["user"], partner=partner)
