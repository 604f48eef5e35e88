"""Releases: which run's outcomes are shown, and what a release keeps of the one before it.

Outcomes of people are computed anew with every run, and shown of one run a quarter: whoever could see them change from day to day
would see whose outcome it was. A population of fewer than a hundred people changes only every half-year.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Model
from django.utils import timezone

from metrics.comparison.models import ComparisonResult
from metrics.quality.linkage import LinkRates
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.members import Population
from metrics.recidivism.models import CareResult, PopulationResult, RecidivismResult
from metrics.runs.models import Run


def latest_release() -> Run | None:
    """The newest release: what pages show of outcomes."""
    return Run.objects.filter(released_at__isnull=False).order_by("-id").first()


def unreleased_run() -> Run | None:
    """The newest run of this quarter, as long as the quarter has no release: what a coordinator looks at and releases."""
    of_quarter = Run.objects.filter(quarter=quarter_of(timezone.localdate()), state=Run.State.DONE, again=None)
    newest = of_quarter.order_by("-id").first()
    return None if newest is None or of_quarter.filter(released_at__isnull=False).exists() else newest


def quarter_of(day: date) -> str:
    """The quarter of a day, by which a release is called."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def earlier_of_half_year(run: Run) -> Run | None:
    """The release of the quarter before, where a run is of the second quarter of a half-year; None where there is none."""
    year, number = int(run.quarter[:4]), int(run.quarter[-1])
    if number % 2:
        return None
    before = Run.objects.filter(
        quarter=f"{year}-Q{number - 1}", key_name=run.key_name, definition=run.definition, released_at__isnull=False
    )
    return before.order_by("-id").first()


def release_before(run: Run) -> Run | None:
    """The newest release of an earlier quarter."""
    return Run.objects.filter(released_at__isnull=False, quarter__lt=run.quarter).order_by("-id").first()


def say_what_they_rest_on(
    results: list[list[Model]],
    rests_on: dict[Population, RestsOn],
    doubts: dict[Population, list[Doubt]],
    link_rates: dict[Population, dict[tuple[str, int], LinkRates]],
    earlier: Run | None,
    kept: set[Population],
) -> None:
    """Notes on each result about a population which feeds it rests on, what speaks against it, and what unsure links may change; of
    a population that an earlier release shows, as that one does."""
    earlier_rows = list(earlier.recidivismresults.all()) if earlier and kept else []
    of_earlier = {population_of(row): row for row in earlier_rows}
    of_window = {(population_of(row), row.offences, row.window_months): row for row in earlier_rows}
    for rows in results:
        for row in rows:
            if not isinstance(row, PopulationResult):
                continue
            population = population_of(row)
            earlier_row = of_earlier.get(population) if population in kept else None
            basis = RestsOn.of([earlier_row]) if earlier_row else rests_on.get(population, RestsOn())
            row.complete_through, row.poor_feeds = basis.complete_through, basis.as_stored()
            if isinstance(row, RecidivismResult):
                row.doubts = (
                    earlier_row.doubts if earlier_row else [list(doubt) for doubt in doubts.get(population, [])]
                )
                window = (row.offences, row.window_months)
                if earlier_row:
                    same = of_window[population, *window]
                    row.rate_sure, row.rate_expected, row.rate_all = same.rate_sure, same.rate_expected, same.rate_all
                elif rates := link_rates.get(population, {}).get(window):
                    row.rate_sure, row.rate_expected, row.rate_all = rates


def keep_small(run: Run, results: list[list[Model]], earlier: Run, kept: set[Population]) -> None:
    """Puts an earlier release's results about small populations in the place of a run's own: they change twice a year."""
    for rows in results:
        if not rows or not isinstance(rows[0], (CareResult, ComparisonResult)):
            continue
        earlier_rows = type(rows[0])._default_manager.filter(run=earlier)
        rows[:] = [row for row in rows if population_of(row) not in kept]
        for row in earlier_rows:
            if population_of(row) in kept:
                row.pk, row.run = None, run
                rows.append(row)


def population_of(row: Any) -> Population:
    """Whose result it is."""
    return Population(row.programme_id, row.partner_id, getattr(row, "cohort_id", None))
