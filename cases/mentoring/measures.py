"""How long the pairs of an organisation last, and how often they are in touch. Its own, so counts stand as they are; with so few pairs a
share would say more than is known."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, F, Q
from django.utils import timezone

from cases.mentoring.models import MentorContact, MentorPair
from partnership.isolation.days import MonthsLater
from partnership.members.models import Partner
from partnership.pages.days import months_later

MONTHS = (3, 6, 12)
LOOKED_AT_MONTHS = 36
"""Pairs that began longer ago are not counted."""


class Lasted(NamedTuple):
    """Of pairs that began at least so many months ago, how many went on for so long."""

    months: int
    pairs: int
    lasted: int


class Measures(NamedTuple):
    """By how long, and contacts of the last three months among how many pairs that went on all that time."""

    lasted: list[Lasted]
    contacts: int
    pairs: int


def measures_of(partner: Partner) -> Measures:
    """Three queries. A pair that began too lately to have lasted so long is in no count; one that ended sooner, for whatever reason, did
    not last."""
    today = timezone.localdate()
    recent = MentorPair.objects.filter(partner=partner, started_on__gt=months_later(today, -LOOKED_AT_MONTHS))
    counts: dict[str, Count] = {}
    for months in MONTHS:
        old_enough = Q(started_on__lte=months_later(today, -months))
        counts[f"pairs_{months}"] = Count("pk", filter=old_enough)
        counts[f"lasted_{months}"] = Count(
            "pk", filter=old_enough & (Q(ended_on=None) | Q(ended_on__gte=F(f"after_{months}")))
        )
    days = {f"after_{months}": MonthsLater("started_on", months) for months in MONTHS}
    counted = recent.annotate(**days).aggregate(**counts)
    since = months_later(today, -3)
    steady = MentorPair.objects.filter(partner=partner, ended_on=None, started_on__lte=since)
    contacts = MentorContact.objects.filter(pair__in=steady, on__gt=since)
    lasted = [Lasted(months, counted[f"pairs_{months}"], counted[f"lasted_{months}"]) for months in MONTHS]
    return Measures(lasted, contacts.count(), steady.count())
