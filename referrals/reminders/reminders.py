"""Reminders of what is past its promised time. One a day for each clock, and none once there was an answer."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import DateField, F, Func, Q
from django.urls import reverse
from django.utils import timezone

from partnership.events.outbox import announce
from partnership.members.models import CASEWORK_ROLES, Role
from referrals.consents import events as consent_events
from referrals.consents.actions import note_end
from referrals.diversions.models import DUE_SOON_DAYS, DiversionAgreement
from referrals.handover.actions import announce as announce_on
from referrals.handover.models import Referral
from referrals.handover.transitions import OPEN_STATES, State
from referrals.reminders import events

DAYS_BEFORE_END = 30
"""How long before a consent or agreement ends both parties are told, so that it can be renewed."""
DAYS_LOOKED_BACK = 14
"""How long the jobs may have stood still without an end going untold."""


def send_reminders() -> int:
    """Announces what is overdue today; returns how many reminders there are (those already sent today included).

    Who promised the answer is reminded; the sender and the coordinator see it as overdue in their lists.
    """
    today = timezone.localdate()
    sent = 0
    roles = [str(role) for role in CASEWORK_ROLES]
    for referral in Referral.objects.overdue().only("pk", "to_partner_id", "state"):
        is_acknowledged = referral.state != State.SENT
        clock = "answer" if is_acknowledged else "acknowledge"
        announce(
            events.ANSWER_OVERDUE if is_acknowledged else events.ACKNOWLEDGE_OVERDUE,
            f"overdue:{clock}:{referral.pk}:{today}",
            tell=[{"partner": referral.to_partner_id, "roles": roles, "url": reverse("referral", args=[referral.pk])}],
        )
        sent += 1
    soon = DiversionAgreement.objects.filter(
        outcome="", is_sent=True, open_days__include=today, referral__state=State.ENROLLED
    )
    for diversion in soon.filter(deadline__lte=today + timedelta(days=DUE_SOON_DAYS)).only(
        "pk", "to_partner_id", "deadline"
    ):
        # Due soon is said once; overdue once a week.
        is_overdue = diversion.deadline < today
        announce(
            events.DIVERSION_OVERDUE if is_overdue else events.DIVERSION_DUE_SOON,
            f"diversion:{diversion.pk}:overdue:{today:%G-W%V}" if is_overdue else f"diversion:{diversion.pk}:due_soon",
            tell=[
                {"partner": diversion.to_partner_id, "roles": roles, "url": reverse("diversion", args=[diversion.pk])}
            ],
        )
        sent += 1
    undecided = DiversionAgreement.objects.filter(~Q(outcome=""), decision="")
    for diversion in undecided.filter(outcome_at__lt=timezone.now() - timedelta(days=7)).only(
        "pk", "from_partner_id", "authority_id"
    ):
        announce(
            events.DIVERSION_UNDECIDED,
            f"diversion:{diversion.pk}:undecided:{today:%G-W%V}",
            tell=[
                {
                    "partner": diversion.authority_id or diversion.from_partner_id,
                    "roles": [str(Role.POLICE_LIAISON), str(Role.COURT_OFFICER)],
                    "url": reverse("diversion", args=[diversion.pk]),
                }
            ],
        )
        sent += 1
    return sent + _of_ends(today)


def _of_ends(today: date) -> int:
    """What covers a referral ends soon, or has ended: both parties are told, once each."""
    told = 0
    ends = Func(F("covered_days"), function="upper", output_field=DateField())
    covered = Referral.objects.exclude(state__in=[State.DRAFT, State.DECLINED, State.WITHDRAWN]).annotate(ends=ends)
    soon = today + timedelta(days=DAYS_BEFORE_END)
    for referral in covered.filter(state__in=OPEN_STATES, ends__gt=today, ends__lte=soon):
        if end := referral.covered_days.end_after(today):
            announce_on(referral, consent_events.ENDING, f"referral:{referral.pk}:ending:{end}", None)
            told += 1
    for referral in covered.filter(ends__gt=today - timedelta(days=DAYS_LOOKED_BACK), ends__lte=today):
        if end := referral.covered_days.ended_by(today):
            note_end(referral=referral, on=end)
            told += 1
    return told
