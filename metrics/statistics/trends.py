"""Monthly counts over time: seasonal adjustment, change at an intervention, pilot against comparison districts, five years.

Counts vary more than Poisson's, and months that follow each other are alike. Robust errors (Newey and West with any bandwidth)
don't see enough of that in a few years: with months correlated by 0.6 they find a change in 26 of 100 series without one. All
estimates here come from one model instead (`_Mixture`), measured by `make bench ONLY=series`.

All take months without a gap, oldest first. `noise_variance`: of the noise that protects a month's count, which is known; a
number for all months or one a month. Protected counts may be zero or below: they are fitted as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

FEWEST_MONTHS = 12
"""Fewest months on either side of an intervention."""
FEWEST_DISTRICTS = 6
"""Fewest districts, pilot and comparison together, for a test of district against district."""
LEVEL_OF_TEST = 0.05
DRIFT_EXCLUDED = 0.05
"""Trends are parallel when a drift of so much a year, either way, is excluded."""
POWER_80 = 2.8
"""Standard errors of a change that a test at 5 % finds in 80 of 100 series (1.96 + 0.84)."""
LEAST = -7.0
"""The smallest logarithm of a month's fitted count (one in ninety years), and of the odds of a share."""
MOST = 50.0
"""The largest logarithm of a change or rate: of a few rare counts anything is possible, but not more than a number can hold."""
PLACEBO_STEP = 6
"""Months between the dates before the start on which nothing began."""

SPREADS = np.array([0.02, 0.04, 0.06, 0.09, 0.12, 0.16, 0.2, 0.25, 0.31, 0.38, 0.47, 0.58, 0.72, 0.9, 1.2])
"""Standard deviations of a month's own level around the line, as log."""
LOG_PRIOR = np.log(np.gradient(SPREADS)) + np.log(SPREADS) - 4 * SPREADS
"""Of each spread: a gamma distribution of shape two and mean a half, which keeps off zero (Chung and others 2013), where few small
counts would else put it; correlations and shares of the grid are alike likely."""
CORRELATIONS = np.array([0.0, 0.3, 0.55, 0.75, 0.9])
"""Of a month with the next one, in what persists."""
FRESH = np.array([0.0, 0.4])
"""Shares of that variance that don't persist from month to month."""
Floats = NDArray[np.float64]


class Change(NamedTuple):
    """A relative change (0.1: 10 % more) with 95 % interval and p value; `error`: the standard error of its logarithm."""

    change: float
    lower: float
    upper: float
    p: float
    error: float

    @property
    def is_shown(self) -> bool:
        """Whether the series tell it from no change."""
        return self.p < LEVEL_OF_TEST

    @property
    def least_visible(self) -> float:
        """A change below this share (0.3: a fall of 30 %) would probably, in one of five series or more, go unseen."""
        return float(-np.expm1(-POWER_80 * self.error))


class Interruption(NamedTuple):
    """What changed at an intervention: whether anything did (`p`, of level and slope together), the level at once, the slope
    a year from then on; the fitted line, the line that the time before leads to expect, and the 95 % band of the latter."""

    p: float
    level: Change
    slope: Change
    fitted: Floats
    expected: Floats
    expected_lower: Floats
    expected_upper: Floats

    @property
    def is_shown(self) -> bool:
        """Whether level and slope together differ from no change: only then either of them says anything."""
        return self.p < LEVEL_OF_TEST


class Drift(NamedTuple):
    """Change a year of the pilot districts against the comparison districts before the start.

    `is_parallel`: a drift of `DRIFT_EXCLUDED` a year, either way, is excluded (two one-sided tests at 5 %: Schuirmann 1987).
    """

    change: Change
    is_parallel: bool


class Placebo(NamedTuple):
    """A month before the start, in which nothing began, and the p value of a change found there."""

    month: int
    p: float


def seasonally_adjusted(counts: ArrayLike) -> Floats | None:
    """The series without its yearly season (STL, robust; Cleveland and others 1990). None for fewer than two years."""
    values = np.asarray(counts, dtype=float)
    if len(values) < 24:
        return None
    from statsmodels.tsa.seasonal import STL

    fit = STL(values, period=12, robust=True).fit()
    return np.asarray(values - fit.seasonal)


# --- The model that all changes come from ------------------------------------------------------------------------------------


class _Mixture(NamedTuple):
    """What is believed of a line's coefficients: a mixture of normal distributions.

    The logarithm of a month's mean is the line, and around it the month's own level, of variance s² and correlation
    (1 − f) r^|i−j| + f [i = j]. Each (s, r, f) of a grid gives the coefficients by generalised least squares; it weighs by its
    restricted likelihood (Patterson and Thompson 1971) times a prior. So the interval holds what few months leave unknown of
    s, r and f, which plugging in their best values does not.
    """

    weights: Floats
    means: Floats
    covariances: Floats

    def change(self, contrast: ArrayLike) -> Change:
        """exp(contrast · coefficients) − 1."""
        c = np.asarray(contrast, dtype=float)
        means, deviations = self.means @ c, np.sqrt(np.einsum("i,kij,j->k", c, self.covariances, c))
        mean = float(self.weights @ means)
        error = float(np.sqrt(self.weights @ (deviations**2 + (means - mean) ** 2)))
        below = float(self.weights @ scipy.special.ndtr(-means / deviations))
        low, high = (float(self.quantile(share, c[None])[0]) for share in (0.025, 0.975))
        change, lower, upper = (float(np.expm1(min(each, MOST))) for each in (mean, low, high))
        return Change(change, lower, upper, 2 * min(below, 1 - below), error)

    def quantile(self, share: float, contrasts: Floats) -> Floats:
        """Of contrast · coefficients, for each row of `contrasts`."""
        means = self.means @ contrasts.T
        deviations = np.sqrt(np.einsum("ni,kij,nj->kn", contrasts, self.covariances, contrasts))
        low, high = (means - 9 * deviations).min(axis=0), (means + 9 * deviations).max(axis=0)
        for _halving in range(30):
            middle = (low + high) / 2
            is_below = self.weights @ scipy.special.ndtr((middle - means) / deviations) < share
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return np.asarray((low + high) / 2)

    def joint_p(self, places: list[int]) -> float:
        """Of the hypothesis that these coefficients are all zero."""
        means = self.means[:, places]
        covariances = self.covariances[:, places][:, :, places]
        distances = np.einsum("ki,ki->k", means, np.linalg.solve(covariances, means[:, :, None])[:, :, 0])
        return float(self.weights @ scipy.stats.chi2.sf(distances, len(places)))


@lru_cache(maxsize=64)
def _correlation(months: tuple[int, ...], r: float, f: float) -> Floats:
    place = np.array(months)
    apart = np.abs(place[:, None] - place[None])
    correlation: Floats = (1 - f) * np.power(r, apart) + f * (apart == 0)
    return correlation


def _mixture(working: Floats, variance: Floats, design: Floats, months: NDArray[Any]) -> _Mixture:
    """From working responses with known sampling variance. `months`: the number of each row's month.

    One eigendecomposition for each (r, f) gives every s: with V the sampling variance, V^-½ R V^-½ = U diag(w) Uᵀ turns the
    covariance s² R + V into independent terms 1 + s² w.
    """
    x, z = design / np.sqrt(variance)[:, None], working / np.sqrt(variance)
    logs, means, covariances = [], [], []
    numbers = tuple(int(month) for month in months)
    for r in CORRELATIONS:
        for f in FRESH if r else FRESH[:1]:
            scaled = _correlation(numbers, float(r), float(f)) / np.sqrt(variance[:, None] * variance[None])
            eigenvalues, vectors = np.linalg.eigh(scaled)
            rotated, response = vectors.T @ x, vectors.T @ z
            terms = 1 + SPREADS[:, None] ** 2 * np.maximum(eigenvalues, 0)
            information = np.einsum("kn,ni,nj->kij", 1 / terms, rotated, rotated, optimize=True)
            covariance = np.linalg.inv(information)
            mean = np.einsum("kij,kn,nj,n->ki", covariance, 1 / terms, rotated, response, optimize=True)
            residual = response - mean @ rotated.T
            logs.append(
                -0.5
                * (np.log(terms).sum(axis=1) + np.linalg.slogdet(information)[1] + (residual**2 / terms).sum(axis=1))
                + LOG_PRIOR
            )
            means.append(mean)
            covariances.append(covariance)
    weights = np.exp(np.concatenate(logs) - np.max(logs))
    kept = weights > weights.sum() * 1e-6
    return _Mixture(weights[kept] / weights[kept].sum(), np.concatenate(means)[kept], np.concatenate(covariances)[kept])


def _fitted(
    response: Floats,
    sizes: Floats,
    design: Floats,
    offset: Floats,
    mean_of: Callable[[Floats], tuple[Floats, Floats]],
    start: Floats,
    most: float = np.inf,
) -> Floats:
    """Linear predictor of a generalised linear model with its canonical link, by iteratively weighted least squares.

    `mean_of` gives the mean and its slope. Responses that no count could have (below zero, by noise) are allowed. Where nothing
    happened for a whole year, the best fit lies at minus infinity: it ends at `LEAST`, where a month weighs next to nothing.
    """
    eta = start
    for _step in range(50):
        mean, slope = mean_of(eta)
        new = _least_squares(design, eta + (response - mean) / slope - offset, sizes * slope) + offset
        new = np.clip(np.clip(new, eta - 3, eta + 3), LEAST, most)
        if np.max(np.abs(new - eta)) < 1e-8:
            break
        eta = new
    return eta


def _log_link(eta: Floats) -> tuple[Floats, Floats]:
    return np.exp(eta), np.exp(eta)


def _logit_link(eta: Floats) -> tuple[Floats, Floats]:
    mean = 1 / (1 + np.exp(-eta))
    return mean, mean * (1 - mean)


def _least_squares(design: Floats, response: Floats, weights: Floats) -> Floats:
    root = np.sqrt(weights)
    coefficients = np.linalg.lstsq(design * root[:, None], response * root, rcond=None)[0]
    fitted: Floats = design @ coefficients
    return fitted


def _counts_mixture(counts: Floats, exposure: Floats, design: Floats, noise_variance: ArrayLike) -> _Mixture:
    offset = np.log(exposure)
    eta = _fitted(counts, np.ones(len(counts)), design, offset, _log_link, np.log(np.maximum(counts, 0.5)))
    mean = np.exp(eta)
    working = eta - offset + (counts - mean) / mean
    return _mixture(working, 1 / mean + np.asarray(noise_variance) / mean**2, design, np.arange(len(counts)))


def _season(months: int, first_month: int) -> list[Floats]:
    """Two pairs of Fourier terms."""
    angle = 2 * np.pi * (np.arange(months) + first_month - 1) / 12
    return [np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]


def interrupted(
    counts: ArrayLike, exposure: ArrayLike, start: int, first_month: int, noise_variance: ArrayLike = 0.0
) -> Interruption | None:
    """Segmented regression of counts with a change of level and slope at month number `start` (Bernal and others 2017).

    `exposure`: person-time of each month. `first_month`: calendar month (1–12) of the first entry. None where either side has
    fewer than twelve months or nothing happened on one side.
    """
    y, people = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    months = len(y)
    if min(start, months - start) < FEWEST_MONTHS or y[:start].sum() <= 0 or y[start:].sum() <= 0:
        return None
    number = np.arange(months)
    after, since = (number >= start).astype(float), np.maximum(0, number - start) / 12
    design = np.column_stack([np.ones(months), after, since, number / 12, *_season(months, first_month)])
    mixture = _counts_mixture(y, people, design, noise_variance)
    without = design.copy()
    without[:, 1:3] = 0
    unit = np.eye(design.shape[1])
    line = mixture.weights @ mixture.means
    return Interruption(
        mixture.joint_p([1, 2]),
        mixture.change(unit[1]),
        mixture.change(unit[2]),
        *(people * np.exp(np.minimum(each, MOST)) for each in (design @ line, without @ line)),
        *(people * np.exp(np.minimum(mixture.quantile(share, without), MOST)) for share in (0.025, 0.975)),
    )


class Pair(NamedTuple):
    """Pilot and comparison districts over the same months: counts, person-time and the variance of protecting noise."""

    pilot: Floats
    comparison: Floats
    pilot_exposure: Floats
    comparison_exposure: Floats
    pilot_noise: Floats | None = None
    comparison_noise: Floats | None = None

    def before(self, start: int) -> Pair:
        """The months before month number `start`."""
        noises = (noise if noise is None else noise[:start] for noise in (self.pilot_noise, self.comparison_noise))
        counts_and_exposures = (part[:start] for part in self[:4] if part is not None)
        return Pair(*counts_and_exposures, *noises)

    def mixture(self, slope: Floats) -> _Mixture:
        """A constant and a coefficient of `slope`, of the logarithm of the ratio of rates.

        Given the month's total, the pilot's share is binomial whatever the month did to both: seasons and national changes
        fall away.
        """
        total = self.pilot + self.comparison
        some = total > 0
        noises = (0.0 if noise is None else noise[some] for noise in (self.pilot_noise, self.comparison_noise))
        offset, total = np.log(self.pilot_exposure / self.comparison_exposure)[some], total[some]
        design, share = np.column_stack([np.ones(len(slope)), slope])[some], self.pilot[some] / total
        eta = _fitted(share, total, design, offset, _logit_link, offset, most=-LEAST)
        mean, spread = _logit_link(eta)
        working = eta - offset + (share - mean) / spread
        sizes = (total * mean, total * (1 - mean))
        variance = 1 / (total * spread) + sum(n / size**2 for n, size in zip(noises, sizes, strict=True))
        return _mixture(working, variance, design, np.flatnonzero(some))


def difference_in_differences(pair: Pair, start: int) -> Change | None:
    """Pilot against comparison districts before and after month number `start`: the change in the ratio of rates. None where
    either side has fewer than twelve months, or nothing."""
    months = len(pair.pilot)
    sums = [part.sum() for each in (pair.pilot, pair.comparison) for part in (each[:start], each[start:])]
    if min(start, months - start) < FEWEST_MONTHS or min(sums) <= 0:
        return None
    return pair.mixture((np.arange(months) >= start).astype(float)).change([0, 1])


def drift_before(pair: Pair, start: int) -> Drift | None:
    """Whether the districts moved alike before month number `start`. None where there are fewer than twelve months, or
    nothing."""
    before = pair.before(start)
    if start < FEWEST_MONTHS or min(before.pilot.sum(), before.comparison.sum()) <= 0:
        return None
    mixture = before.mixture(np.arange(start) / 12)
    low, high = (float(mixture.quantile(share, np.array([[0.0, 1.0]]))[0]) for share in (0.05, 0.95))
    limit = np.log1p(DRIFT_EXCLUDED)
    return Drift(mixture.change([0, 1]), bool(-limit < low and high < limit))


def change_by_district(rates: ArrayLike, is_pilot: ArrayLike) -> Change | None:
    """Change in the pilot districts beyond that in the comparison districts, district against district (t test).

    `rates`: a row a district, its rate before and after the start. What months do to each other doesn't matter here, only how
    much districts differ. None for fewer than six districts, none on one side, or a rate of zero.
    """
    table, pilots = np.asarray(rates, dtype=float), np.asarray(is_pilot, dtype=bool)
    if len(table) < FEWEST_DISTRICTS or pilots.all() or not pilots.any() or (table <= 0).any():
        return None
    logs = np.log(table[:, 1] / table[:, 0])
    test = scipy.stats.ttest_ind(logs[pilots], logs[~pilots])
    difference = logs[pilots].mean() - logs[~pilots].mean()
    low, high = test.confidence_interval(0.95)
    change, lower, upper = (float(np.expm1(value)) for value in (difference, low, high))
    return Change(change, lower, upper, float(test.pvalue), float(abs(difference / test.statistic)))


def change_between(
    counts: ArrayLike, exposure: ArrayLike, first_month: int, apart: int = 60, noise_variance: ArrayLike = 0.0
) -> Change | None:
    """The last twelve months' rate against that of the twelve months `apart` months earlier.

    Every twelve months, counted back from the last one, have a level of their own; all of them tell how months vary. None
    without both years, or where either has no event.
    """
    y, people = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    years = len(y) // 12
    if len(y) < apart + 12:
        return None
    y, people = y[-12 * years :], people[-12 * years :]
    noise = (np.zeros(len(np.asarray(counts))) + np.asarray(noise_variance))[-12 * years :]
    if min(y[-12:].sum(), y[len(y) - 12 - apart : len(y) - apart].sum()) <= 0:
        return None
    levels = np.kron(np.eye(years), np.ones((12, 1)))
    design = np.column_stack([levels, *_season(len(y), first_month)])
    contrast = np.zeros(design.shape[1])
    contrast[[years - 1, years - 1 - apart // 12]] = 1, -1
    return _counts_mixture(y, people, design, noise).change(contrast)


def placebos(start: int, p_of: Callable[[int], float | None]) -> list[Placebo]:
    """What is found before the start at dates on which nothing began, every half year: `p_of` gives the p value of a change at
    a month, from the months before the start alone. None where it has no estimate."""
    months = range(FEWEST_MONTHS, start - FEWEST_MONTHS + 1, PLACEBO_STEP)
    tests = [(month, p_of(month)) for month in months]
    return [Placebo(month, p) for month, p in tests if p is not None]
