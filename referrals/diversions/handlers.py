"""What diversions learn from enrolments, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from django.db.models import Count
from django.utils import timezone

from cases.enrolments.events import SESSION_RECORDED
from cases.enrolments.models import Session
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.diversions.models import Condition
from referrals.handover.models import Referral


@handler(SESSION_RECORDED)
def count_sessions(event: OutboxEvent) -> None:
    """Attended sessions since the enrolment count towards a diversion's condition to attend sessions: a number and a date."""
    enter(partner_id=event.payload["partner"], role="worker")
    referral = Referral.objects.filter(enrolment=event.payload["enrolment"], diversion__outcome="").first()
    if referral is None:
        return
    attended = Session.objects.filter(
        enrolment=event.payload["enrolment"], attendance=Session.Attendance.ATTENDED
    ).aggregate(number=Count("pk"))["number"]
    Condition.objects.filter(diversion__referral=referral, kind=Condition.Kind.SESSIONS, done__lt=attended).update(
        done=attended, reported_on=timezone.localdate()
    )
