"""Rates from protected counts: the share, and an interval that holds with the noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from metrics.protection.counts import ProtectedCount, total
from metrics.protection.perturbation import OF_PEOPLE, distribution

FEWEST_PEOPLE = 30
"""A rate on fewer people than this is not shown."""
FEW = 20
"""Below it the interval of a tail is computed from the table of perturbation itself."""


class Proportion(NamedTuple):
    """A share of a group, from 0 to 1, with its 95 % interval."""

    rate: float
    lower: float
    upper: float


def rate(events: ProtectedCount, others: ProtectedCount) -> Proportion | None:
    """The share with the event among both, and its interval; None where they are fewer than `FEWEST_PEOPLE`.

    Wilson's score interval with the number of people that the sampling and the noise together are worth. A tail below `FEW`:
    the shares for which so many would be shown as rarely as once in forty, either way (by the middle p value), through the
    binomial and the table of perturbation. Simulated coverage (`make bench ONLY=protection`): 93 to 100 % in every cell from
    30 people and a share of 1 % on; the classical interval of the true counts has 92 to 98 %.
    """
    people = events.value + others.value
    if people < FEWEST_PEOPLE:
        return None
    share = events.value / people
    if max(events.draws, others.draws) <= 1:
        if events.value < FEW:
            return Proportion(share, *_of_few(events.value, people))
        if others.value < FEW:
            lower, upper = _of_few(others.value, people)
            return Proportion(share, 1 - upper, 1 - lower)
    # As Agresti and Coull, two of each: a share of 0 or 1 has a variance, too.
    p = (events.value + 2) / (people + 4)
    sampling = p * (1 - p) / people
    noise = rate_variance(events, others)
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(
        share * people * sampling / (sampling + noise), people * sampling / (sampling + noise), method="wilson"
    )
    return Proportion(share, float(lower), float(upper))


def rate_variance(events: ProtectedCount, others: ProtectedCount) -> float:
    """How much variance the noise of both counts adds to the share."""
    people = events.value + others.value
    p = (events.value + 2) / (people + 4)
    return ((1 - p) ** 2 * events.variance + p**2 * others.variance) / people**2


class Group(NamedTuple):
    """People with the event and without it, of one of several groups."""

    events: ProtectedCount
    others: ProtectedCount


class Difference(NamedTuple):
    """The share of a group and of all others of its kind together; `lower` and `upper`: the interval of their difference."""

    own: Proportion
    rest: Proportion
    lower: float
    upper: float


def differences(kinds: Sequence[Sequence[Group]]) -> list[list[Difference | None]]:
    """Each group against all others of its kind (as each district against the other districts); None where either side has no rate.

    Newcombe's interval (1998, method 10) of both shares' own, which hold the noise, widened for as many differences as there are in
    all kinds (Bonferroni): where all groups are alike, at most one of twenty such tables names one.
    """
    shares = [
        [(rate(*own), rate(*_together(groups[:place] + groups[place + 1 :]))) for place, own in enumerate(groups)]
        for groups in map(list, kinds)
    ]
    told = sum(own is not None and rest is not None for kind in shares for own, rest in kind)
    widened = float(scipy.stats.norm.ppf(1 - 0.025 / max(1, told)) / scipy.stats.norm.ppf(0.975))
    return [
        [_difference(own, rest, widened) if own is not None and rest is not None else None for own, rest in kind]
        for kind in shares
    ]


def _together(groups: Sequence[Group]) -> Group:
    return Group(total(group.events for group in groups), total(group.others for group in groups))


def _difference(own: Proportion, rest: Proportion, widened: float) -> Difference:
    difference = own.rate - rest.rate
    down = math.hypot(own.rate - own.lower, rest.upper - rest.rate)
    up = math.hypot(own.upper - own.rate, rest.rate - rest.lower)
    return Difference(own, rest, difference - widened * down, difference + widened * up)


@lru_cache(maxsize=4096)
def _of_few(published: int, people: int) -> tuple[float, float]:
    """The interval of the share of people with an event of whom so many are shown."""
    return (0.0 if published == 0 else _share_at(published, people, 0.975)), _share_at(published, people, 0.025)


@lru_cache(maxsize=64)
def _chance_of_fewer(published: int) -> NDArray[np.float64]:
    """For each true count up to where it no longer can: how probable it is that fewer are shown, half of as many with them."""
    chances = []
    for count in range(published + OF_PEOPLE.most + 1):
        values, cumulative = distribution(count, OF_PEOPLE)
        probabilities = np.diff(cumulative, prepend=0.0)
        chances.append(probabilities[values < published].sum() + probabilities[values == published].sum() / 2)
    return np.array(chances)


def _share_at(published: int, people: int, level: float) -> float:
    """The share for which fewer than so many are shown with this probability, by bisection: the larger the share, the rarer."""
    chances = _chance_of_fewer(published)
    counts = np.arange(len(chances))
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if scipy.stats.binom.pmf(counts, people, middle) @ chances > level:
            low = middle
        else:
            high = middle
    return (low + high) / 2
