"""What referrals learn from enrolments, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from cases.enrolments.events import CORRECTED, ENDED
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.handover.actions import follow_correction, follow_enrolment


@handler(ENDED)
def close_referral(event: OutboxEvent) -> None:
    """An enrolment that ended closes the referral that led to it."""
    partner, enrolment = event.payload["partner"], event.payload["enrolment"]
    enter(partner_id=partner, role="worker")
    follow_enrolment(enrolment=enrolment, reason=event.payload["reason"], user=event.payload["user"], partner=partner)


@handler(CORRECTED)
def correct_referral(event: OutboxEvent) -> None:
    """An enrolment whose end was corrected or taken back opens the referral that led to it, or closes it as it ended."""
    partner = event.payload["partner"]
    enter(partner_id=partner, role="worker")
    follow_correction(enrolment=event.payload["enrolment"], user=event.payload["user"], partner=partner)
