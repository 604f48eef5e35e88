"""How a count is changed at random before anybody sees it: the distribution of the shown count for each true one.

Of all distributions on the counts allowed, with the true count as their mean and the variance asked for, the one of largest
entropy, as statistical offices make their tables of perturbation (Giessing 2016, "Computational issues in the design of
transition probabilities and disclosure risk estimation for additive noise"). Zero stays zero.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Noise(NamedTuple):
    """What is added: its variance, by how much it changes a count at most, and whether results of 1 to 4 may come out."""

    variance: float
    most: int
    shows_small: bool


OF_PEOPLE = Noise(4.0, 7, shows_small=False)
"""For people: no result from 1 to 4; 0 or at least 5 in their place."""
OF_SERIES = Noise(2.0, 5, shows_small=True)
"""For counts by month, which are fitted as they are, and shown as "under 5" below 5."""
SMALL = 5
"""The smallest count above zero that is shown."""


@lru_cache(maxsize=256)
def distribution(count: int, noise: Noise) -> tuple[Floats, Floats]:
    """(counts that may be shown, the probability up to and with each) of a true count. Raises ValueError below zero."""
    if count < 0:
        raise ValueError(f"{count} is no count")
    if count == 0:
        return np.zeros(1), np.ones(1)
    if not noise.shows_small and count < SMALL:
        # Nothing else has this mean and so little variance: 4 to 6.
        return np.array([0.0, SMALL]), np.array([1 - count / SMALL, 1.0])
    largest = count + noise.most
    outcomes = np.array(
        [
            value
            for value in range(max(0, count - noise.most), largest + 1)
            if noise.shows_small or value == 0 or value >= SMALL
        ],
        dtype=float,
    )
    return outcomes, np.cumsum(_largest_entropy(outcomes - count, noise.variance))


def _largest_entropy(deviations: Floats, variance: float) -> Floats:
    """Probabilities of the deviations with mean 0 and the variance: exp(a d + b d²), by the dual problem, which is convex."""
    powers = np.stack([deviations, deviations**2])
    target = np.array([0.0, variance])

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        exponents = multipliers @ powers
        top = exponents.max()
        weights = np.exp(exponents - top)
        total = weights.sum()
        return float(top + np.log(total) - multipliers @ target), powers @ weights / total - target

    solution = scipy.optimize.minimize(
        dual, np.array([0.0, -1 / (2 * variance)]), jac=True, method="BFGS", options={"gtol": 1e-10}
    )
    exponents = solution.x @ powers
    weights = np.exp(exponents - exponents.max())
    return np.asarray(weights / weights.sum())


def draw(count: int, noise: Noise, chance: float) -> int:
    """The count that is shown, for a chance from 0 up to 1."""
    # Beyond `most` the table repeats itself: far from zero nothing of the gap is felt.
    settled = SMALL + noise.most
    moved = max(0, count - settled)
    outcomes, cumulative = distribution(count - moved, noise)
    place = min(int(np.searchsorted(cumulative, chance, side="right")), len(outcomes) - 1)
    return int(outcomes[place]) + moved
