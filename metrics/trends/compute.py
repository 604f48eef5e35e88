"""Arrest trends and overdoses by district and month, their seasonally adjusted rates, and what changed."""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection import disclosure
from metrics.protection.disclosure import Relation
from metrics.runs.models import Run
from metrics.statistics import trends
from metrics.statistics.trends import Change
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange

MONTHS = 84
"""Seven years: five years between two years compared, and a year to spare."""
Group = ArrestTrendResult.Group
ARREST_GROUPS = (Group.PERSONAL, Group.SUPPLY, Group.OTHER, Group.ALL, Group.DRUG, Group.JUVENILE_DRUG)
RELATIONS = (
    Relation(Group.ALL, (Group.DRUG, Group.OTHER)),
    Relation(Group.DRUG, (Group.PERSONAL, Group.SUPPLY)),
    Relation(Group.DRUG, (Group.JUVENILE_DRUG, "other ages")),
    Relation(Group.OVERDOSES, (Group.FATAL_OVERDOSES, "not fatal")),
)


@dataclass
class Series:
    """Counts of one kind in one district, month by month without a gap, with the people among whom they are counted."""

    months: list[date] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    residents: list[int | None] = field(default_factory=list)
    published: list[bool] = field(default_factory=list)

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


def series_by_district(as_of: date) -> dict[tuple[int, str], Series]:
    """Every series by district and group, of the last `MONTHS` months up to `as_of`; months to withhold are marked."""
    series: dict[tuple[int, str], Series] = defaultdict(Series)
    since = months_back(as_of, MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(follow_up_upkeep.statement("arrest_trends"), {"since": since, "as_of": as_of})
        for district, month, personal, supply, other, juvenile, residents, young in cursor.fetchall():
            drug = personal + supply
            counts = dict(zip(ARREST_GROUPS, (personal, supply, other, drug + other, drug, juvenile), strict=True))
            _add_month(series, district, month, counts, {"other ages": drug - juvenile}, residents, young)
        cursor.execute(
            """
            SELECT c.district_id, c.month, sum(fatal), sum(non_fatal), max(p.residents)
              FROM cases_overdosecount c
              LEFT JOIN LATERAL (SELECT residents FROM partnership_districtpopulation p WHERE p.district_id = c.district_id
                                  ORDER BY abs(p.year - extract(year FROM c.month)) LIMIT 1) p ON true
             WHERE c.month >= %s AND c.month <= %s GROUP BY 1, 2 ORDER BY 1, 2
            """,
            [since, as_of],
        )
        for district, month, fatal, non_fatal, residents in cursor.fetchall():
            counts = {Group.OVERDOSES: int(fatal + non_fatal), Group.FATAL_OVERDOSES: int(fatal)}
            _add_month(series, district, month, counts, {"not fatal": int(non_fatal)}, residents, None)
    return series


def _add_month(
    series: dict[tuple[int, str], Series],
    district: int,
    month: date,
    counts: dict[Group, int],
    unseen: dict[str, int],
    residents: int | None,
    young: int | None,
) -> None:
    values: dict[Any, int] = {**counts, **unseen}
    relations = [rule for rule in RELATIONS if rule.total in values]
    withheld = disclosure.withheld(values, relations, never_published=unseen)
    for group, count in counts.items():
        group_series = series[district, group]
        group_series.months.append(month)
        group_series.counts.append(count)
        group_series.residents.append(young if group == Group.JUVENILE_DRUG else residents)
        group_series.published.append(group not in withheld)


def results(run: Run, series: dict[tuple[int, str], Series]) -> list[ArrestTrendResult]:
    """Counts, rates per 100,000 a month and seasonally adjusted rates. A series with a withheld month has no adjusted one:
    its months could be worked out from it."""
    results = []
    for (district, group), one in series.items():
        rates = [1e5 * c / r if r else None for c, r in zip(one.counts, one.residents, strict=True)]
        adjusted = None
        if all(one.published) and _is_unbroken(one.months) and None not in rates:
            adjusted = trends.seasonally_adjusted([rate or 0.0 for rate in rates])
        for position, month in enumerate(one.months):
            is_published = one.published[position]
            results.append(
                ArrestTrendResult(
                    run=run,
                    district_id=district,
                    month=month,
                    group=group,
                    arrests=one.counts[position] if is_published else None,
                    rate_per_100k=rates[position] if is_published else None,
                    adjusted=None if adjusted is None else max(0.0, round(float(adjusted[position]), 2)),
                )
            )
    return results


def _is_unbroken(months: list[date]) -> bool:
    return all(months_back(later, 1) == earlier for earlier, later in itertools.pairwise(months))


def _are_sums_safe(one: Series, *parts: slice) -> bool:
    """Sums over these months tell of no single withheld month: none is, or at least two are, with a sum of at least five."""
    for part in parts:
        counts = zip(one.counts[part], one.published[part], strict=True)
        withheld = [count for count, is_published in counts if not is_published]
        if withheld and (len(withheld) < 2 or sum(withheld) < max(disclosure.SMALL, len(withheld) + 1)):
            return False
    return True


def five_year_changes(run: Run, series: dict[tuple[int, str], Series]) -> list[TrendChange]:
    """The last twelve months against those five years earlier, of every series of at least six unbroken years whose sums tell
    of no withheld month (see metrics.statistics.trends.change_between)."""
    changes = []
    for (district, group), one in series.items():
        exposure = one.exposure
        months = len(one.months)
        if exposure is None or months < 72 or not _is_unbroken(one.months):
            continue
        if not _are_sums_safe(one, slice(months - 12, months), slice(months - 72, months - 60)):
            continue
        change = trends.change_between(one.counts, exposure, 60)
        if change:
            changes.append(
                TrendChange(
                    run=run,
                    kind=TrendChange.Kind.FIVE_YEARS,
                    district_id=district,
                    group=group,
                    **_change_fields(change),
                )
            )
    return changes


def _change_fields(change: Change) -> dict[str, Any]:
    return {
        "change": round(change.change, 3),
        "lower": round(change.lower, 3),
        "upper": round(change.upper, 3),
        "p": round(change.p, 4),
    }


def _summed(series: dict[tuple[int, str], Series], districts: list[int], group: str) -> Series | None:
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
        total.published.append(all(part.published[i] for part, i in zip(parts, places, strict=True)))
    return total


def interventions(run: Run, series: dict[tuple[int, str], Series]) -> list[TrendChange]:
    """Interrupted time series of the pilot districts, and difference in differences against the comparison districts."""
    kind = TrendChange.Kind
    changes: list[TrendChange] = []
    for each in Intervention.objects.prefetch_related("districts", "comparison_districts"):

        def add_change(change_kind: str, each: Intervention = each, **fields: Any) -> None:
            changes.append(TrendChange(run=run, kind=change_kind, intervention=each, group=each.series, **fields))

        pilot = _summed(series, [d.pk for d in each.districts.all()], each.series)
        if pilot is None or pilot.exposure is None or not _is_unbroken(pilot.months) or not pilot.months:
            add_change(kind.LEVEL, refusal="no_series")
            continue
        start = sum(month < each.started_on.replace(day=1) for month in pilot.months)
        other = _summed(series, [d.pk for d in each.comparison_districts.all()], each.series)
        fit = trends.interrupted(pilot.counts, pilot.exposure, start, pilot.months[0].month)
        if fit is None:
            add_change(kind.LEVEL, refusal="few_months")
        else:
            lines = _lines(pilot, other, fit)
            add_change(kind.LEVEL, family=fit.family, lines=lines, **_change_fields(fit.level))
            add_change(kind.SLOPE, family=fit.family, **_change_fields(fit.slope))
        if other is None or other.exposure is None:
            continue
        common_months = [month for month in pilot.months if month in set(other.months)]
        pilot_places = [pilot.months.index(month) for month in common_months]
        other_places = [other.months.index(month) for month in common_months]
        difference = trends.difference_in_differences(
            np.array(pilot.counts)[pilot_places],
            np.array(other.counts)[other_places],
            pilot.exposure[pilot_places],
            other.exposure[other_places],
            sum(month < each.started_on.replace(day=1) for month in common_months),
        )
        if difference is None:
            add_change(kind.DIFFERENCE, refusal="few_months")
        else:
            add_change(kind.DIFFERENCE, **_change_fields(difference.effect))
            add_change(kind.DRIFT, **_change_fields(difference.before))
    return changes


def _lines(pilot: Series, other: Series | None, fit: trends.Interruption) -> list[list[Any]]:
    """[month, rate, fitted, expected, comparison rate], yearly per 100,000; a withheld month is empty."""
    exposure = pilot.exposure
    if exposure is None:
        return []
    comparison_rates = {}
    if other is not None and other.exposure is not None:
        comparison_rates = {
            month: round(1e5 * count / e, 1)
            for month, count, e, is_published in zip(
                other.months, other.counts, other.exposure, other.published, strict=True
            )
            if is_published
        }
    return [
        [
            month.isoformat(),
            round(1e5 * pilot.counts[i] / exposure[i], 1) if pilot.published[i] else None,
            round(1e5 * fit.fitted[i] / exposure[i], 1),
            round(1e5 * fit.expected[i] / exposure[i], 1),
            comparison_rates.get(month),
        ]
        for i, month in enumerate(pilot.months)
    ]
