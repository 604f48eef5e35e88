"""Do changes in series cry wolf, and what do they find? Simulated months that are alike, with and without protecting noise.

A month's own level around its season has a standard deviation of a quarter and the named autocorrelation; counts are Poisson's.
Each figure of false alarms is the worst cell of its autocorrelation: means of 5 and 60 a month, 48 and 84 months, a change at the
half and at three quarters, without noise and with noise of variance min(2, mean / 5). Power is that of a fall of 30 % at the half.
PORTAL_BENCH_DRAWS changes the number of draws a cell.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np

from bench.database import Figure, sized

DRAWS = int(os.environ.get("PORTAL_BENCH_DRAWS") or sized(500, 1))
SEED = 2026
CORRELATIONS = (0.0, 0.3, 0.6, 0.8)
SPREAD = 0.25
MOST = 0.07
"""False alarms, up to an autocorrelation of 0.6."""


class Cell(NamedTuple):
    correlation: float
    mean: float
    months: int
    start: int
    noise: float
    ratio: float
    """What the change at the start multiplies arrests by in the pilot districts; 1: nothing changed."""


def cells(ratio: float) -> list[Cell]:
    return [
        Cell(correlation, mean, months, int(months * share), min(2, mean / 5) * is_noisy, ratio)
        for correlation, mean, months, share, is_noisy in itertools.product(
            CORRELATIONS, (5.0, 60.0), (48, 84), (0.5, 0.75), (False, True)
        )
    ]


def run() -> Iterator[Figure]:
    # One thread a process; processes of their own rather than forks, which would share the connection to the database.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        alarms = dict(zip(cells(1.0), pool.map(measured, cells(1.0)), strict=True))
        yield from false_alarms(alarms)
        halves = [cell for cell in cells(0.7) if 2 * cell.start == cell.months]
        yield from power(dict(zip(halves, pool.map(measured, halves), strict=True)))
    yield from districts()
    yield from parallel()


def false_alarms(alarms: dict[Cell, dict[str, float]]) -> Iterator[Figure]:
    limit = MOST + 1.96 * float(np.sqrt(MOST * (1 - MOST) / DRAWS))
    for correlation in CORRELATIONS:
        own = {cell: shares for cell, shares in alarms.items() if cell.correlation == correlation}
        for output in sorted({name for shares in own.values() for name in shares}):
            cell, share = max(
                ((cell, shares[output]) for cell, shares in own.items() if output in shares), key=lambda one: one[1]
            )
            name = f"series.false_alarms.{output}.autocorrelation_{correlation}.worst_{cell.mean:.0f}_a_month_{cell.months}_months"
            if correlation <= 0.6:
                yield Figure(name, 100 * share, "%", "at most 7 plus simulation error", share <= limit)
            else:
                yield Figure(name, 100 * share, "%")


def power(falls: dict[Cell, dict[str, float]]) -> Iterator[Figure]:
    for cell, shares in falls.items():
        about = f"autocorrelation_{cell.correlation}.{cell.mean:.0f}_a_month.{cell.months}_months"
        for output in ("joint", "difference"):
            name = f"series.finds_30_percent.{output}.{about}{'.noise' if cell.noise else ''}"
            yield Figure(name, 100 * shares[output], "%")


def measured(cell: Cell) -> dict[str, float]:
    """The share of draws in which each output shows a change. Five years are compared where there are enough months, once."""
    from metrics.statistics import trends

    rng = np.random.default_rng([SEED, *(int(100 * value) for value in cell)])
    draws = DRAWS if cell.ratio == 1 else -(-DRAWS // 4)
    people, noise = np.ones(cell.months), np.full(cell.months, cell.noise)
    shares: dict[str, float] = {}

    def count(output: str, is_shown: bool) -> None:
        shares[output] = shares.get(output, 0.0) + is_shown / draws

    for _draw in range(draws):
        pilot, other = counts(rng, cell, cell.mean), counts(rng, cell._replace(ratio=1.0), 3 * cell.mean)
        fit = trends.interrupted(pilot, people, cell.start, 1, noise)
        pair = trends.Pair(pilot, other, people, 3 * people, noise, noise)
        difference = trends.difference_in_differences(pair, cell.start)
        is_shown = fit is not None and fit.is_shown
        count("joint", is_shown)
        count("level", is_shown and fit is not None and fit.level.is_shown)
        count("slope", is_shown and fit is not None and fit.slope.is_shown)
        count("difference", difference is not None and difference.is_shown)
        if cell.months >= 72 and 2 * cell.start == cell.months and cell.ratio == 1:
            five = trends.change_between(counts(rng, cell, cell.mean), people, 1, 60, noise)
            count("five_years", five is not None and five.is_shown)
    return shares


def alike(rng: np.random.Generator, months: int, correlation: float) -> np.ndarray:
    """Levels of the months, as logarithms: a first-order autoregression."""
    steps = rng.normal(size=months) * np.sqrt(1 - correlation**2)
    steps[0] = rng.normal()
    levels = list(itertools.accumulate(steps, lambda level, step: correlation * level + step))
    return SPREAD * np.array(levels)


def counts(rng: np.random.Generator, cell: Cell, mean: float) -> np.ndarray:
    month = np.arange(cell.months)
    season, change = 0.15 * np.sin(month / 6 * np.pi), np.where(month >= cell.start, cell.ratio, 1)
    drawn = rng.poisson(mean * change * np.exp(season + alike(rng, cell.months, cell.correlation)))
    return np.asarray(drawn + np.rint(rng.normal(0, np.sqrt(cell.noise), cell.months)))


def districts() -> Iterator[Figure]:
    """The test of district against district, without a change."""
    from metrics.statistics import trends

    rng, draws = np.random.default_rng(SEED), 4 * DRAWS
    for pilots, others in ((3, 3), (1, 5), (4, 8)):
        is_pilot = np.arange(pilots + others) < pilots
        alarms = 0
        for _draw in range(draws):
            cell = Cell(0.6, 20, 84, 42, 0, 1.0)
            table = [counts(rng, cell, 20) for _district in is_pilot]
            change = trends.change_by_district([(one[:42].mean(), one[42:].mean()) for one in table], is_pilot)
            alarms += change is not None and change.is_shown
        limit = MOST + 1.96 * float(np.sqrt(MOST * (1 - MOST) / draws))
        yield Figure(
            f"series.false_alarms.by_district.{pilots}_pilot_{others}_comparison",
            100 * alarms / draws,
            "%",
            "at most 7 plus simulation error",
            alarms / draws <= limit,
        )


def parallel() -> Iterator[Figure]:
    """How often trends are called parallel: without a drift, and with just the one that is to be excluded."""
    from metrics.statistics import trends

    rng = np.random.default_rng(SEED)
    for months, drift in itertools.product((36, 84, 150), (0.0, 0.05)):
        cell, people = Cell(0.3, 60, months, months, 0, 1.0), np.ones(months)
        moved = np.exp(np.log1p(drift) * np.arange(months) / 12)
        called = 0
        for _draw in range(DRAWS):
            pilot = rng.poisson(60 * moved * np.exp(alike(rng, months, 0.3)))
            drift_before = trends.drift_before(trends.Pair(pilot, counts(rng, cell, 180), people, 3 * people), months)
            called += drift_before is not None and drift_before.is_parallel
        name = f"series.called_parallel.{months}_months.drift_{100 * drift:.0f}_percent"
        limit = 0.05 + 1.96 * float(np.sqrt(0.05 * 0.95 / DRAWS))
        if drift:
            yield Figure(name, 100 * called / DRAWS, "%", "at most 5 plus simulation error", called / DRAWS <= limit)
        else:
            yield Figure(name, 100 * called / DRAWS, "%")
