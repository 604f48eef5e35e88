"""Do intervals cover at their nominal level, and do tests cry wolf at theirs? Simulations with a known effect.

A share of 95 % over so many draws has a simulation error of about 1.96 √(0.95 · 0.05 / draws): the goals allow for it and for the
small-sample error of the methods (up to 1.5 percentage points below, anything above).
PORTAL_BENCH_DRAWS changes the number of draws. Comparison groups are in bench/comparisons.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np

from bench import comparisons
from bench.database import Figure, sized

DRAWS = int(os.environ.get("PORTAL_BENCH_DRAWS") or sized(4000, 5))
SEED = 2026


def run() -> Iterator[Figure]:
    for name, draw in (
        ("wilson_30_people_20_percent", wilson),
        ("survival_at_12_months", survival),
        ("newcombe_difference", difference),
    ):
        share = measured(draw)
        yield Figure(
            f"coverage.{name}", 100 * share, "%", "95, at least 93.5 less simulation error", share >= lower(0.935)
        )
    for name, draw in (
        ("log_rank", log_rank),
        ("cox", cox),
    ):
        share = measured(draw)
        yield Figure(
            f"false_alarms.{name}", 100 * share, "%", "5, at most 6.5 plus simulation error", share <= 1 - lower(0.935)
        )

    yield from comparisons.run()


def lower(level: float) -> float:
    return level - 1.96 * float(np.sqrt(level * (1 - level) / DRAWS))


def measured(draw: Callable[[np.random.Generator], bool]) -> float:
    rng = np.random.default_rng(SEED)
    return sum(bool(draw(rng)) for _ in range(DRAWS)) / DRAWS


def wilson(rng: np.random.Generator) -> bool:
    from metrics.statistics.proportions import wilson as interval

    proportion = interval(int(rng.binomial(30, 0.2)), 30)
    return proportion.lower <= 0.2 <= proportion.upper


def lives(rng: np.random.Generator, people: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Days until an event with a constant hazard, censored somewhere between one and three years."""
    event, end = rng.exponential(365 / rate, people), rng.uniform(365, 1095, people)
    return np.ceil(np.minimum(event, end)), event <= end


def survival(rng: np.random.Generator) -> bool:
    from metrics.statistics.survival import curve_of

    [[_, low, high]] = curve_of(*lives(rng, 100, 0.4)).at([365])
    return bool(low <= np.exp(-0.4) <= high)


def log_rank(rng: np.random.Generator) -> bool:
    from metrics.statistics.survival import curve_of
    from metrics.statistics.survival import log_rank as test

    result = test([curve_of(*lives(rng, 80, 0.4)), curve_of(*lives(rng, 120, 0.4))])
    return result is not None and result.p < 0.05


def cox(rng: np.random.Generator) -> bool:
    from metrics.statistics.survival import cox as fit

    days, event = lives(rng, 200, 0.4)
    terms = fit(days, event, {"group": rng.random(200) < 0.4, "other": rng.normal(size=200)})
    return bool(terms) and terms[0].p < 0.05


def difference(rng: np.random.Generator) -> bool:
    from metrics.statistics.matching import Side, effect

    estimate = effect(Side(rng.binomial(80, 0.25), 80), Side(rng.binomial(120, 0.35), 120))
    return estimate.difference_lower <= -0.1 <= estimate.difference_upper
