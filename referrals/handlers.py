"""What referrals learn from the cases below them, by events of the outbox. Each handler is idempotent."""

from __future__ import annotations

from django.db.models import Count
from django.utils import timezone

from cases.models import Enrolment, Session
from partnership.access import enter
from partnership.models import OutboxEvent
from partnership.outbox import handler
from referrals.models import Change, Condition, Referral
from referrals.services import REASON_OF_END, announce
from referrals.transitions import TRANSITIONS, State


@handler("enrolment.ended")
def close_referral(event: OutboxEvent) -> None:
    """An enrolment that ended closes the referral that led to it, unless the referral's own page has done so."""
    enter(partner_id=event.payload["partner"], role="worker")
    referral = (
        Referral.objects.select_for_update().filter(enrolment=event.payload["enrolment"], state=State.ENROLLED).first()
    )
    if referral is None:
        return
    completed = event.payload["reason"] == Enrolment.EndReason.COMPLETED
    verb = "complete" if completed else "end_early"
    source, now = referral.state, timezone.now()
    referral.state = TRANSITIONS[verb].target
    referral.reason_code = "" if completed else REASON_OF_END[event.payload["reason"]]
    referral.closed_at = referral.changed_at = now
    referral.version += 1
    referral.save()
    change = Change.objects.create(
        referral=referral,
        from_partner_id=referral.from_partner_id,
        to_partner_id=referral.to_partner_id,
        verb=verb,
        from_state=source,
        to_state=referral.state,
        reason_code=referral.reason_code,
        by_id=event.payload["user"],
        by_partner_id=event.payload["partner"],
        at=now,
    )
    announce(referral, TRANSITIONS[verb].target, f"referral:{referral.pk}:change:{change.pk}", None)


@handler("session.recorded")
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
