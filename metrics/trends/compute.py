"""Arrest trends and overdoses by district and month, their seasonally adjusted rates, and what changed."""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.runs.models import Run
from metrics.statistics import trends
from metrics.statistics.trends import Change
from metrics.trends.models import ArrestTrendResult, TrendChange
from partnership.members.models import District

MONTHS = 84
"""Seven years: five years between two years compared, and a year to spare."""
Group = ArrestTrendResult.Group
ARREST_GROUPS = (Group.PERSONAL, Group.SUPPLY, Group.OTHER, Group.ALL, Group.DRUG, Group.JUVENILE_DRUG)
DRAWS = Draws("series")
"""Months are shown as soon as they are complete, and stay as they are: their noise follows from their state alone, in no release."""


@dataclass
class Series:
    """Protected counts of one kind in one district, month by month without a gap, with the people among whom they are counted."""

    months: list[date] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    residents: list[int | None] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)
    """The variance of the noise in each month's count."""
    source: int | None = None
    """The partner that counted; None: the police, or several partners each in its district."""
    is_one_of_several: bool = False
    districts: list[int] = field(default_factory=list)
    """Those of the partnership's series."""

    @property
    def exposure(self) -> NDArray[np.float64] | None:
        """Person-years of each month; None where no population is recorded."""
        if not all(self.residents):
            return None
        days = [monthrange(month.year, month.month)[1] for month in self.months]
        return np.array([(r or 0) * d / 365.25 for r, d in zip(self.residents, days, strict=True)])


def months_back(day: date, months: int) -> date:
    """First day of the month so many months before the day's own."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def series_by_district(as_of: date) -> dict[tuple[int | None, str], Series]:
    """Every series by district (None: the partnership) and group, of the last `MONTHS` months up to `as_of`.

    What is protected are the smallest groups; the others are their sums, so that tables add up.
    """
    series: dict[tuple[int | None, str], Series] = defaultdict(Series)
    since = months_back(as_of, MONTHS)
    with connection.cursor() as cursor:
        parameters = {"since": since, "as_of": as_of}
        cursor.execute(follow_up_upkeep.statement("arrest_trends"), parameters | {"seed": member_seed()})
        for district, month, *row, residents, young in cursor.fetchall():
            for group, count in _arrests_of_month(row).items():
                _add_month(series[district, group], month, count, young if group == Group.JUVENILE_DRUG else residents)
        cursor.execute(follow_up_upkeep.statement("overdoses"), parameters)
        for district, month, fatal, non_fatal, residents, source, partners in cursor.fetchall():
            # Partners enter these as counts: the state is what they entered.
            state = State.of({"fatal": (district, int(fatal)), "non-fatal": (month.toordinal(), int(non_fatal))})
            of_fatal = DRAWS.of_series(int(fatal), state, "fatal overdoses")
            others = DRAWS.of_series(int(non_fatal), state, "other overdoses")
            for group, count in ((Group.OVERDOSES, of_fatal + others), (Group.FATAL_OVERDOSES, of_fatal)):
                _add_month(series[district, group], month, count, residents)
                series[district, group].source = source
                series[district, group].is_one_of_several = partners > 1
    return series | partnership(series)


def partnership(series: dict[tuple[int | None, str], Series]) -> dict[tuple[int | None, str], Series]:
    """Each group's series of the districts together, over the months that all of them have.

    Of the districts with two years on record. Residents of a district that is part of another one here are counted once.
    """
    parents = dict(District.objects.values_list("pk", "parent"))
    sums: dict[tuple[int | None, str], Series] = {}
    for group in Group:
        parts = {
            district: one
            for (district, own_group), one in series.items()
            if own_group == group and district and len(one.months) >= 24
        }
        total = summed(series, [*parts], group)
        if total is None or not total.months:
            continue
        outermost = [district for district in parts if parents[district] not in parts]
        residents = summed(series, outermost, group)
        if residents is not None:
            by_month = dict(zip(residents.months, residents.residents, strict=True))
            total.residents = [by_month[month] for month in total.months]
        total.districts = sorted(parts)
        sums[None, group] = total
    return sums


def _arrests_of_month(row: Sequence[Any]) -> dict[Group, ProtectedCount]:
    """The protected arrests of a district's month by group, from the counts of personal use, supply, others and under-18s, and
    the sums of their hashes."""
    personal, supply, other, young, *hashes = map(int, row)
    names = ("personal", "supply", "other")
    state = State.of(dict(zip(names, zip(hashes[:3], (personal, supply, other), strict=True), strict=True)))
    of_personal, of_supply, of_other = (
        DRAWS.of_series(count, state, f"arrests, {name}")
        for name, count in zip(names, (personal, supply, other), strict=True)
    )
    of_young = DRAWS.of_series(young, State.of({"young": (hashes[3], young)}), "arrests, under 18")
    drug = of_personal + of_supply
    counts = (of_personal, of_supply, of_other, drug + of_other, drug, of_young)
    return dict(zip(ARREST_GROUPS, counts, strict=True))


def _add_month(series: Series, month: date, count: ProtectedCount, residents: int | None) -> None:
    series.months.append(month)
    series.counts.append(count.value)
    series.noise.append(count.variance)
    series.residents.append(residents)


def results(run: Run, series: dict[tuple[int | None, str], Series]) -> list[ArrestTrendResult]:
    """Counts, rates per 100,000 a month and seasonally adjusted rates."""
    run.parameters["partnership"] = {group: one.districts for (district, group), one in series.items() if not district}
    results = []
    for (district, group), one in series.items():
        rates = [1e5 * c / r if r else None for c, r in zip(one.counts, one.residents, strict=True)]
        adjusted = None
        if is_unbroken(one.months) and None not in rates:
            adjusted = trends.seasonally_adjusted([rate or 0.0 for rate in rates])
        for position, month in enumerate(one.months):
            results.append(
                ArrestTrendResult(
                    run=run,
                    district_id=district,
                    month=month,
                    group=group,
                    source_id=one.source,
                    is_one_of_several=one.is_one_of_several,
                    arrests=one.counts[position],
                    rate_per_100k=rates[position],
                    adjusted=None if adjusted is None else max(0.0, round(float(adjusted[position]), 2)),
                )
            )
    return results


def is_unbroken(months: list[date]) -> bool:
    return all(months_back(later, 1) == earlier for earlier, later in itertools.pairwise(months))


def five_year_changes(run: Run, series: dict[tuple[int | None, str], Series]) -> list[TrendChange]:
    """The last twelve months against those five years earlier, of every series of at least six unbroken years (see
    metrics.statistics.trends.change_between)."""
    changes = []
    for (district, group), one in series.items():
        exposure = one.exposure
        months = len(one.months)
        if exposure is None or months < 72 or not is_unbroken(one.months):
            continue
        change = trends.change_between(one.counts, exposure, one.months[0].month, noise_variance=one.noise)
        if change:
            changes.append(
                TrendChange(
                    run=run,
                    kind=TrendChange.Kind.FIVE_YEARS,
                    district_id=district,
                    group=group,
                    **change_fields(change, 24),
                )
            )
    return changes


def change_fields(change: Change, months: int) -> dict[str, Any]:
    """A change as it is stored, with its verdict; it rests on so many months."""
    verdict = TrendChange.Verdict
    direction = verdict.FALL if change.change < 0 else verdict.RISE
    return {
        "verdict": direction if change.is_shown else verdict.NOT_SHOWN,
        "change": round(change.change, 3),
        "lower": round(change.lower, 3),
        "upper": round(change.upper, 3),
        "p": round(change.p, 4),
        "months": months,
        "least_visible": round(change.least_visible, 3),
    }


def summed(series: dict[tuple[int | None, str], Series], districts: list[int], group: str) -> Series | None:
    """Several districts as one, over the months that all of them have."""
    parts = [series[district, group] for district in districts if (district, group) in series]
    if not parts or len(parts) < len(districts):
        return None
    months = sorted(set.intersection(*(set(part.months) for part in parts)))
    total = Series()
    for month in months:
        places = [part.months.index(month) for part in parts]
        total.months.append(month)
        total.counts.append(sum(part.counts[i] for part, i in zip(parts, places, strict=True)))
        residents = [part.residents[i] for part, i in zip(parts, places, strict=True)]
        total.residents.append(sum(r or 0 for r in residents) if all(residents) else None)
        total.noise.append(sum(part.noise[i] for part, i in zip(parts, places, strict=True)))
    return total
