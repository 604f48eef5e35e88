"""With whom somebody has to do by a referral or diversion of their partner: see `cases/openings/concern.py`."""

from __future__ import annotations

from django.db.models import Exists, Q
from django.utils import timezone

from cases.openings.concern import PERSON, RECENT
from partnership.isolation.acting import Acting
from referrals.diversions.models import DiversionAgreement
from referrals.handover.models import Referral
from referrals.handover.transitions import CLOSED_STATES, State
from referrals.welfare.models import WelfareNotice

TO_ANSWER = (State.WAITLISTED, State.ACCEPTED)
"""Taken on, and not enrolled yet: from then on the participation has somebody responsible."""


def has_begun() -> Exists:
    """Whether the partner has sent a referral of the person, or received one."""
    return Exists(Referral.objects.filter(Q(person=PERSON, sent_at__isnull=False) | Q(receiver_person=PERSON)))


def is_theirs(acting: Acting) -> Q:
    """Sent by the partner and under way or ended lately, with its diversion undecided, or received and not enrolled, yet or lately: those who
    send and answer referrals do so as a team."""
    partner, since = acting.partner.pk, timezone.now() - RECENT
    sent = Referral.objects.filter(person=PERSON, from_partner=partner).exclude(state=State.DRAFT)
    received = Referral.objects.filter(receiver_person=PERSON, to_partner=partner)
    return (
        Q(Exists(sent.exclude(state__in=CLOSED_STATES)))
        | Q(Exists(sent.filter(closed_at__gte=since)))
        | Q(
            Exists(
                DiversionAgreement.objects.filter(
                    referral__person=PERSON, from_partner=partner, is_sent=True, decision=""
                )
            )
        )
        | Q(Exists(received.filter(state__in=TO_ANSWER)))
        | Q(Exists(received.filter(closed_at__gte=since, enrolment=None)))
        | Q(Exists(WelfareNotice.objects.filter(person=PERSON, from_partner=partner, made_at__gte=since)))
    )
