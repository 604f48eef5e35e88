"""What referrals learn from enrolments, by events of the outbox. Handled twice, it is done once."""

from __future__ import annotations

from django.utils import timezone

from cases.enrolments.events import ENDED
from cases.enrolments.models import Enrolment
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler
from partnership.isolation.acting import enter
from referrals.handover.actions import REASON_OF_END, announce
from referrals.handover.events import BY_STATE
from referrals.handover.models import Change, Referral
from referrals.handover.transitions import TRANSITIONS, State


@handler(ENDED)
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
    announce(referral, BY_STATE[TRANSITIONS[verb].target], f"referral:{referral.pk}:change:{change.pk}", None)
