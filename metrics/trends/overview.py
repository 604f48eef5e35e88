"""Are arrests falling: one group's series in the partnership and in each district, side by side."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.figures.charts import IndexRow
from metrics.protection.perturbation import SMALL
from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from metrics.trends.words import brief, finding, unseen
from partnership.members.models import District

YEAR = 12


@dataclass
class Place:
    """A district, or (None) the partnership, with its months of one group, oldest first."""

    district: District | None
    results: list[ArrestTrendResult]
    five_years: TrendChange | None
    started: list[Intervention] = field(default_factory=list)

    @property
    def through(self) -> date:
        """The last month, of this place's own feeds."""
        return self.results[-1].month

    @property
    def now(self) -> int | None:
        """Arrests of the newest twelve months; None where there are fewer."""
        return _sum(self.results[-YEAR:])

    @property
    def before(self) -> int | None:
        """The same of the twelve months before those."""
        return _sum(self.results[-2 * YEAR : -YEAR])

    @property
    def change(self) -> float | None:
        """From the twelve months before to the newest twelve, as a share; None where either is under 5, or not known."""
        if self.now is None or self.before is None or min(self.now, self.before) < SMALL:
            return None
        return (self.now - self.before) / self.before

    @property
    def finding(self) -> str:
        """What the five years show, in words; empty where they are not compared."""
        return finding(self.five_years) if self.five_years else ""

    @property
    def title(self) -> str:
        """The same as a title."""
        return brief(self.five_years) if self.five_years else ""

    @property
    def unseen(self) -> str:
        """What the five years could not show, in words."""
        return unseen(self.five_years) if self.five_years else ""

    def index(self, name: str) -> list[IndexRow]:
        """The months as percentages of the first year's rate; none where that has none."""
        rates = [result.rate_per_100k for result in self.results]
        first = _mean(rates[:YEAR])
        if not first:
            return []
        return [
            IndexRow(
                panel=name,
                month=result.month,
                value=None if rate is None else 100 * rate / first,
                year=None
                if (mean := _mean(rates[max(0, place - YEAR + 1) : place + 1])) is None
                else 100 * mean / first,
            )
            for place, (result, rate) in enumerate(zip(self.results, rates, strict=True))
        ]


def through(places: Sequence[tuple[str, Place]]) -> str:
    """Through which month the places are complete, each by its own feeds: the month of most, and which have another one."""
    months = Counter(place.through for _name, place in places)
    usual = max(months, key=lambda month: (months[month], month))
    parts = [_("Complete through %(month)s") % {"month": date_format(usual, "YEAR_MONTH_FORMAT")}]
    for month in sorted(set(months) - {usual}, reverse=True):
        names = ", ".join(name for name, place in places if place.through == month)
        parts.append(f"{names}: {date_format(month, 'YEAR_MONTH_FORMAT')}")
    return "; ".join(parts)


def _sum(results: Sequence[ArrestTrendResult]) -> int | None:
    return sum(result.arrests for result in results) if len(results) == YEAR else None


def _mean(rates: Sequence[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) / YEAR if len(known) == YEAR else None


def places(run: Run, group: str, interventions: Sequence[Intervention]) -> list[Place]:
    """The partnership, the pilot districts of interventions, the other districts; the latter two by name."""
    results = run.trends.filter(group=group).select_related("district").order_by("district__name", "district", "month")
    changes = {
        change.district_id: change for change in run.changes.filter(kind=TrendChange.Kind.FIVE_YEARS, group=group)
    }
    places = []
    for district, own in itertools.groupby(results, key=lambda result: result.district):
        number = district.pk if district else None
        started = [each for each in interventions if any(pilot.pk == number for pilot in each.districts.all())]
        places.append(Place(district, list(own), changes.get(number), started))
    return sorted(places, key=lambda place: (place.district is not None, not place.started))
