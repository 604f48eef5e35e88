"""How full a programme's beds were, month by month, and work and housing at entry and exit: exact, since nobody but the partner sees it.

A bed night is a night in which a bed was in service: from the day on which it opened until the one on which it closed, nights out of
service not counted. It is used where somebody slept in it, kept where they were away. Occupancy is used nights of those available.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.places.models import Bed, Situation, Stay
from programs.catalogue.models import Programme

MONTHS = 12


@dataclass(frozen=True)
class BedMonth:
    """A month of a programme's beds, in nights."""

    month: date
    available: int
    used: int
    away: int

    @property
    def share(self) -> float | None:
        """Occupancy: used nights of those available; None where no bed was in service."""
        return self.used / self.available if self.available else None


def _nights(started_on: date, ended_on: date | None, first: date, before: date) -> int:
    """Nights of a stretch (`ended_on` is not among them) from `first` up to `before`."""
    return max((min(ended_on or before, before) - max(started_on, first)).days, 0)


def months_of(programme: Programme, today: date) -> list[BedMonth]:
    """The last twelve months with a bed, newest first, up to last night. Two queries."""
    beds = list(Bed.objects.filter(programme=programme, partner=programme.partner_id))
    stays = list(Stay.objects.filter(programme=programme, partner=programme.partner_id))
    months = []
    first = today.replace(day=1)
    for _month in range(MONTHS):
        before = min(first + timedelta(days=monthrange(first.year, first.month)[1]), today)
        months.append(_month_of(beds, stays, first, before))
        first = (first - timedelta(days=1)).replace(day=1)
    return [month for month in months if month.available or month.used]


def _month_of(beds: Iterable[Bed], stays: Iterable[Stay], first: date, before: date) -> BedMonth:
    in_use = sum(_nights(bed.opened_on, bed.closed_on, first, before) for bed in beds)
    out = kept = away = 0
    for stay in stays:
        nights = _nights(stay.started_on, stay.ended_on, first, before)
        if stay.enrolment_id is None:
            out += nights
        else:
            kept += nights
            away += sum(first <= night < before for night in stay.away)
    return BedMonth(month=first, available=in_use - out, used=kept - away, away=away)


def table(months: Iterable[BedMonth]) -> list[list[Any]]:
    """As it is downloaded: a heading, and a row a month."""
    heading = [_("Month"), _("Bed nights available"), _("Bed nights used"), _("Nights away, bed kept"), _("Occupancy")]
    return [heading, *([f"{m.month:%Y-%m}", m.available, m.used, m.away, m.share] for m in months)]


@dataclass(frozen=True)
class Outcome:
    """Of people of whom both is known, how many had something when they came, and when they left."""

    label: str
    people: int
    at_entry: int
    at_exit: int


def outcomes_of(programme: Programme) -> list[Outcome]:
    """Work or study, and housing, of those who left and of whom entry and exit are known. One query."""
    of = {"enrolment__programme": programme, "partner": programme.partner_id}
    known: dict[int, dict[str, Situation]] = {}
    for situation in Situation.objects.filter(**of):
        known.setdefault(situation.enrolment_id, {})[situation.moment] = situation
    pairs = [(both["entry"], both["exit"]) for both in known.values() if len(both) == len(Situation.Moment)]
    outcomes = []
    for label, field, good in (
        (_("Work, study or training"), "work", {"work", "study", "training"}),
        (_("A home: their own, or supported housing"), "housing", {"own", "supported"}),
    ):
        told = [pair for pair in pairs if "unknown" not in {getattr(each, field) for each in pair}]
        counted = Counter(when for pair in told for when, each in enumerate(pair) if getattr(each, field) in good)
        outcomes.append(Outcome(label, len(told), counted[0], counted[1]))
    return outcomes


def board_of(programme: Programme) -> list[tuple[Bed, Stay | None]]:
    """Each open bed of a programme, with what it is used for now: by room and name. Two queries."""
    beds = list(
        Bed.objects.filter(programme=programme, partner=programme.partner_id, closed_on=None).order_by("room", "name")
    )
    stays = Stay.objects.now().filter(Q(bed__in=beds)).select_related("enrolment__person")
    by_bed = {stay.bed_id: stay for stay in stays}
    return [(bed, by_bed.get(bed.pk)) for bed in beds]
