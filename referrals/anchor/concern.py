"""With whom somebody has to do by an anchor case that their partner leads: see `cases/openings/concern.py`."""

from __future__ import annotations

from django.db.models import Exists, Q
from django.utils import timezone

from cases.openings.concern import PERSON, RECENT
from partnership.isolation.acting import Acting
from referrals.anchor.models import AnchorCase, AnchorCheck


def has_begun() -> Exists:
    """Whether the partner has opened a case about the person."""
    return Exists(AnchorCase.objects.filter(person=PERSON))


def is_theirs(acting: Acting) -> Q:
    """In a case that is open or ended lately, or at which the team looks again now: a team works as one."""
    led = AnchorCase.objects.filter(person=PERSON, partner=acting.partner)
    today = timezone.localdate()
    due = AnchorCheck.objects.filter(case__person=PERSON, partner=acting.partner, look_on__lte=today + RECENT)
    return (
        Q(Exists(led.open()))
        | Q(Exists(led.filter(closed_on__gte=today - RECENT)))
        | Q(Exists(due.filter(looked_on=None)))
    )
