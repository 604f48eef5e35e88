"""Shares and means of a survey with their 95 % interval: arrays in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

import scipy

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


class Design(NamedTuple):
    """How who answered was chosen. `has_margin`: they stand for others by chance. `population`: how many those are, where known.
    `design_effect`: by how much clusters or weights widen the variance (Kish 1965)."""

    has_margin: bool = True
    population: int | None = None
    design_effect: float = 1.0


class Estimate(NamedTuple):
    """A share (0 to 1) or a mean; its bounds are None where there is no margin of error to tell."""

    value: float
    lower: float | None
    upper: float | None

    @property
    def in_points(self) -> Estimate:
        """A difference of shares in percentage points."""
        lower, upper = (None if bound is None else 100 * bound for bound in (self.lower, self.upper))
        return Estimate(100 * self.value, lower, upper)


def effective_answers(answers: int, design: Design) -> float:
    """How many answers of a simple sample from an endless population tell as much: divided by the design effect, and by the
    correction for a finite population, (N − n) / (N − 1) (Cochran 1977). Infinite when all of them answered."""
    effective = answers / design.design_effect
    if design.population is None:
        return effective
    left = design.population - answers
    return effective * (design.population - 1) / left if left > 0 else inf


def _has_margin(answers: int, design: Design) -> bool:
    """More answers than people: some answered twice, or the number of people is wrong, and nothing is certain."""
    return design.has_margin and (design.population is None or answers <= design.population)


def share_of(count: int, answers: int, design: Design) -> Estimate:
    """The share of `answers`, with Wilson's score interval (Wilson 1927) from the effective number of answers.

    Raises ValueError for no answers, or a count outside of them.
    """
    if not 0 <= count <= answers or answers == 0:
        raise ValueError(f"{count} of {answers}")
    share = count / answers
    if not _has_margin(answers, design):
        return Estimate(share, None, None)
    effective = effective_answers(answers, design)
    if effective == inf:
        return Estimate(share, share, share)
    over = 1 + Z**2 / effective
    centre = (share + Z**2 / (2 * effective)) / over
    reach = Z / over * sqrt(share * (1 - share) / effective + Z**2 / (4 * effective**2))
    return Estimate(share, max(0.0, centre - reach), min(1.0, centre + reach))


def mean_of(values: Sequence[float], design: Design) -> Estimate:
    """The mean, with Student's interval from the effective number of answers. Raises ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError("A mean takes two values.")
    mean = fmean(values)
    if not _has_margin(len(values), design):
        return Estimate(mean, None, None)
    error = stdev(values) / sqrt(effective_answers(len(values), design))
    reach = float(scipy.stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)


def difference(later: Estimate, earlier: Estimate) -> Estimate:
    """Later less earlier, of two waves that are taken for independent: the interval is put together from those of the two
    (Newcombe 1998, method 10, for shares; of means it comes to the sum of their variances). Without a margin in one there is none."""
    change = later.value - earlier.value
    if later.lower is None or later.upper is None or earlier.lower is None or earlier.upper is None:
        return Estimate(change, None, None)
    below = sqrt((later.value - later.lower) ** 2 + (earlier.upper - earlier.value) ** 2)
    above = sqrt((later.upper - later.value) ** 2 + (earlier.value - earlier.lower) ** 2)
    return Estimate(change, change - below, change + above)
