"""What diversions learn from enrolments, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from cases.enrolments.events import SESSION_CORRECTED, SESSION_RECORDED
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.diversions import actions as diversions


@handler(SESSION_RECORDED)
def count_sessions(event: OutboxEvent) -> None:
    """A session that was recorded counts towards a diversion's condition to attend sessions."""
    enter(partner_id=event.payload["partner"], role="worker")
    diversions.count_sessions(enrolment=event.payload["enrolment"])


@handler(SESSION_CORRECTED)
def count_sessions_anew(event: OutboxEvent) -> None:
    """A session that was corrected, taken back or restored changes what a diversion's condition counted."""
    enter(partner_id=event.payload["partner"], role="worker")
    diversions.count_sessions(enrolment=event.payload["enrolment"], counted_before=event.payload["attended_before"])
