"""Time to re-arrest: the curve of a population through its protected windows, joined, and never falling."""

from __future__ import annotations

import scipy

from metrics.recidivism.fixed_windows import WINDOWS, WindowTails
from metrics.recidivism.members import KINDS, Population
from metrics.recidivism.models import SurvivalResult
from metrics.runs.models import Run


def results(run: Run, protected: dict[Population, WindowTails]) -> list[SurvivalResult]:
    """A curve for each population and kind that has a rate in one window at least."""
    return [
        SurvivalResult(run=run, offences=kind, points=points, **population.fields())
        for population, cells in protected.items()
        for kind in KINDS
        if len(points := curve_points(cells, kind)) > 1
    ]


def curve_points(cells: WindowTails, kind: str) -> list[list[float]]:
    """[months, share not rearrested, lower, upper, people followed] at the index date and at the end of each window that has a
    rate, up to the first that has none.

    Each window has people of its own, those who have been followed for all of it, so that the share rearrested by 24 months may
    come out below that by 12. It can't have been: such windows are pooled, by their numbers of people (isotonic regression,
    Ayer and others 1955), and the ends of the intervals with them.
    """
    months, people, shares = [], [], []
    for number, window in enumerate(WINDOWS, start=1):
        cell = cells[kind, number]
        if cell.rate is None:
            break
        months.append(window)
        people.append(cell.eligible)
        shares.append(cell.rate)
    if not months:
        return []
    rates, lowers, uppers = (
        scipy.optimize.isotonic_regression(values, weights=people).x for values in zip(*shares, strict=True)
    )
    points = [
        [month, *(round(1 - float(value), 4) for value in (share, upper, lower)), followed]
        for month, share, lower, upper, followed in zip(months, rates, lowers, uppers, people, strict=True)
    ]
    return [[0, 1.0, 1.0, 1.0, people[0]], *points]
