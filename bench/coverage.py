"""Do intervals cover at their nominal level, and do tests cry wolf at theirs? Simulations with a known effect.

A share of 95 % over so many draws has a simulation error of about 1.96 √(0.95 · 0.05 / draws): the goals allow for it and for the
small-sample error of the methods (up to 1.5 percentage points below, anything above).
PORTAL_BENCH_DRAWS changes the number of draws.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np

from bench.database import Figure, sized

DRAWS = int(os.environ.get("PORTAL_BENCH_DRAWS") or sized(4000, 20))
SEED = 2026


def run() -> Iterator[Figure]:
    for name, draw in (
        ("wilson_30_people_20_percent", wilson),
        ("survival_at_12_months", survival),
        ("newcombe_difference", difference),
        ("weighting_difference", lambda rng: weighting(rng)[0]),
        ("weighting_reduction", lambda rng: weighting(rng)[1]),
    ):
        share = measured(draw)
        yield Figure(
            f"coverage.{name}", 100 * share, "%", "95, at least 93.5 less simulation error", share >= lower(0.935)
        )
    for name, draw in (
        ("log_rank", log_rank),
        ("cox", cox),
        ("weighting", lambda rng: not weighting(rng, effect=1.0)[0]),
    ):
        share = measured(draw)
        yield Figure(
            f"false_alarms.{name}", 100 * share, "%", "5, at most 6.5 plus simulation error", share <= 1 - lower(0.935)
        )


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
    from metrics.statistics.matching import compare_proportions

    comparison = compare_proportions(int(rng.binomial(80, 0.25)), 80, int(rng.binomial(120, 0.35)), 120)
    return comparison.difference_lower <= -0.1 <= comparison.difference_upper


def weighting(rng: np.random.Generator, effect: float = 0.7) -> tuple[bool, bool]:
    """Participants differ from the others; the comparison people come with several occasions each."""
    from metrics.statistics.matching import weigh

    people = 1500
    whose = np.repeat(np.arange(people), rng.integers(1, 3, people))
    x, frailty = rng.normal(size=people)[whose], rng.normal(size=people)[whose] * 0.5
    woman = (rng.random(people) < 0.2)[whose]
    district = rng.integers(0, 3, people)[whose]
    first = np.concatenate([[True], whose[1:] != whose[:-1]])
    treated = first & (rng.random(len(whose)) < 1 / (1 + np.exp(2.2 - 0.5 * x - 0.4 * woman - 0.2 * district)))
    risk = 1 / (1 + np.exp(0.5 - 0.6 * x - 0.3 * woman + 0.2 * district - frailty))
    outcome = rng.random(len(whose)) < np.where(treated, risk * effect, risk)
    estimate = weigh(treated, {"x": x, "woman": woman.astype(float)}, {"district": district}, outcome, whose).effect
    if estimate is None:
        return True, True  # refused: nothing was claimed
    # The frailty is not known and is no confounder here: the truth is the effect on the participants there are.
    truth = float((risk[treated] * (effect - 1)).mean())
    low, high = estimate.reduction_lower or 0.0, estimate.reduction_upper or 0.0
    return estimate.difference_lower <= truth <= estimate.difference_upper, low <= 1 - effect <= high
