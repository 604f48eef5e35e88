"""What changed at an intervention: the pilot districts against their own time before, and against comparison districts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from metrics.runs.models import Run
from metrics.statistics import trends
from metrics.trends.compute import Series, change_fields, is_unbroken, summed
from metrics.trends.models import Intervention, TrendChange

AllSeries = dict[tuple[int | None, str], Series]


@dataclass
class _Changes:
    """The changes of one intervention, as they are found."""

    run: Run
    intervention: Intervention
    rows: list[TrendChange]

    def add(self, kind: TrendChange.Kind, **fields: Any) -> None:
        self.rows.append(
            TrendChange(
                run=self.run,
                kind=kind,
                intervention=self.intervention,
                group=self.intervention.series,
                **fields,
            )
        )


def interventions(run: Run, series: AllSeries) -> list[TrendChange]:
    """Interrupted time series of the pilot districts, and difference in differences against the comparison districts."""
    rows: list[TrendChange] = []
    for each in Intervention.objects.prefetch_related("districts", "comparison_districts"):
        changes = _Changes(run, each, rows)
        pilot = summed(series, [district.pk for district in each.districts.all()], each.series)
        if pilot is None or pilot.exposure is None or not pilot.months or not is_unbroken(pilot.months):
            changes.add(TrendChange.Kind.JOINT, refusal="no_series")
            continue
        other = summed(series, [district.pk for district in each.comparison_districts.all()], each.series)
        _against_the_time_before(changes, pilot, other)
        if other is not None and other.exposure is not None:
            _against_other_districts(changes, pilot, other, series)
    return rows


def _months_before(months: list[date], intervention: Intervention) -> int:
    return sum(month < intervention.started_on.replace(day=1) for month in months)


def _placebo_rows(placebos: list[trends.Placebo], months: list[date]) -> list[list[Any]]:
    return [[months[placebo.month].isoformat(), round(placebo.p, 4)] for placebo in placebos]


def _against_the_time_before(changes: _Changes, pilot: Series, other: Series | None) -> None:
    kind, verdict = TrendChange.Kind, TrendChange.Verdict
    counts, exposure, noise = _over(pilot, pilot.months)
    start, first_month = _months_before(pilot.months, changes.intervention), pilot.months[0].month
    fit = trends.interrupted(counts, exposure, start, first_month, noise)
    if fit is None:
        changes.add(kind.JOINT, refusal="few_months")
        return

    def placebo_p(month: int) -> float | None:
        placebo = trends.interrupted(counts[:start], exposure[:start], month, first_month, noise[:start])
        return placebo and placebo.p

    changes.add(
        kind.JOINT,
        **change_fields(fit.level, len(counts))
        | {
            "verdict": verdict.CHANGED if fit.is_shown else verdict.NOT_SHOWN,
            "change": None,
            "p": round(fit.p, 4),
        },
        placebos=_placebo_rows(trends.placebos(start, placebo_p), pilot.months),
        lines=_lines(pilot, other, fit),
    )
    if fit.is_shown:
        changes.add(kind.LEVEL, **change_fields(fit.level, len(counts)))
        changes.add(kind.SLOPE, **change_fields(fit.slope, len(counts)))


def _against_other_districts(changes: _Changes, pilot: Series, other: Series, series: AllSeries) -> None:
    kind, verdict = TrendChange.Kind, TrendChange.Verdict
    months = [month for month in pilot.months if month in set(other.months)]
    start = _months_before(months, changes.intervention)
    ours, theirs = _over(pilot, months), _over(other, months)
    pair = trends.Pair(
        ours.counts,
        theirs.counts,
        ours.exposure,
        theirs.exposure,
        pilot_noise=ours.noise,
        comparison_noise=theirs.noise,
    )
    effect, drift = trends.difference_in_differences(pair, start), trends.drift_before(pair, start)
    if effect is None:
        changes.add(kind.DIFFERENCE, refusal="few_months")
        return

    def placebo_p(month: int) -> float | None:
        placebo = trends.difference_in_differences(pair.before(start), month)
        return placebo and placebo.p

    placebos = _placebo_rows(trends.placebos(start, placebo_p), months)
    changes.add(kind.DIFFERENCE, **change_fields(effect, len(months)), placebos=placebos)
    by_district = _by_district(changes.intervention, series, months, start)
    if by_district is not None:
        changes.add(kind.BY_DISTRICT, **change_fields(by_district, len(months)))
    if drift is not None:
        moved = verdict.APART if drift.change.is_shown else verdict.CANNOT_BE_TOLD
        fields = change_fields(drift.change, start)
        changes.add(kind.DRIFT, **fields | {"verdict": verdict.PARALLEL if drift.is_parallel else moved})


class _Months(NamedTuple):
    """Counts, person-time and the variance of the noise in the counts, month by month."""

    counts: trends.Floats
    exposure: trends.Floats
    noise: trends.Floats


def _over(one: Series, months: list[date]) -> _Months:
    """These months, which the series has."""
    places = [one.months.index(month) for month in months]
    exposure = one.exposure
    if exposure is None:
        raise ValueError("a series without residents has no person-time")
    return _Months(np.array(one.counts, dtype=float)[places], exposure[places], np.array(one.noise)[places])


def _by_district(intervention: Intervention, series: AllSeries, months: list[date], start: int) -> trends.Change | None:
    """District against district: each one's rates before and after. None where a district has no residents recorded."""
    pilots = {district.pk for district in intervention.districts.all()}
    own = {
        district.pk: series[district.pk, intervention.series]
        for district in [*intervention.districts.all(), *intervention.comparison_districts.all()]
    }
    if any(one.exposure is None for one in own.values()):
        return None
    rates = []
    for one in own.values():
        counts, exposure, _noise = _over(one, months)
        rates.append([counts[part].sum() / exposure[part].sum() for part in (slice(start), slice(start, None))])
    return trends.change_by_district(rates, [district in pilots for district in own])


def _lines(pilot: Series, other: Series | None, fit: trends.Interruption) -> list[list[Any]]:
    """[month, rate, fitted, expected, its lower and upper bound, comparison rate], yearly per 100,000."""
    comparison_rates = _rates(other) if other is not None and other.exposure is not None else {}
    rates, exposure = _rates(pilot), _over(pilot, pilot.months).exposure
    fitted = [fit.fitted, fit.expected, fit.expected_lower, fit.expected_upper]
    return [
        [
            month.isoformat(),
            rates.get(month),
            *(round(1e5 * float(line[place] / exposure[place]), 1) for line in fitted),
            comparison_rates.get(month),
        ]
        for place, month in enumerate(pilot.months)
    ]


def _rates(one: Series) -> dict[date, float]:
    counts, exposure, _noise = _over(one, one.months)
    return dict(zip(one.months, np.round(1e5 * counts / exposure, 1).tolist(), strict=True))
