"""Monthly counts over time: seasonal adjustment, change at an intervention, pilot against comparison districts.

All take months without a gap, oldest first. Counts are overdispersed and correlated from month to month: intervals come from
Newey and West's (1987) covariance or from the overdispersed model's own, whichever is wider (with few months the first alone is
too narrow: false alarms in 19 of 100 simulated series without a change, against 5 to 7 so), and from Student's t.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.tsa.seasonal import STL

LAGS = 3
"""Months over which errors are taken to be correlated: 4 (n/100)^(2/9) for 40 to 120 months (Newey and West 1994)."""
FEWEST_MONTHS = 12
"""Fewest months on either side of an intervention."""
Z95 = float(stats.norm.ppf(0.975))
Floats = NDArray[np.float64]


class Change(NamedTuple):
    """A relative change (0.1: 10 % more) with 95 % interval and p value."""

    change: float
    lower: float
    upper: float
    p: float


class Interruption(NamedTuple):
    """What changed at an intervention: the level at once, and the slope a year from then on; the fitted line, and the line
    that the time before leads to expect."""

    level: Change
    slope: Change
    family: str
    fitted: Floats
    expected: Floats


class Difference(NamedTuple):
    """Difference in differences: change in the pilot districts beyond that in the comparison districts. `before` is the yearly
    drift of pilot against comparison districts before the start: near none where the trends were parallel."""

    effect: Change
    before: Change


def seasonally_adjusted(counts: ArrayLike) -> Floats | None:
    """The series without its yearly season (STL, robust; Cleveland and others 1990). None for fewer than two years."""
    values = np.asarray(counts, dtype=float)
    if len(values) < 24:
        return None
    fit = STL(values, period=12, robust=True).fit()
    return np.asarray(values - fit.seasonal)


def interrupted(counts: ArrayLike, exposure: ArrayLike, start: int, first_month: int) -> Interruption | None:
    """Segmented regression of counts with a change of level and slope at month number `start` (Bernal and others 2017).

    `exposure`: person-time of each month. `first_month`: calendar month (1–12) of the first entry; seasons are two pairs of
    Fourier terms. Poisson, or negative binomial where the counts are overdispersed. None where either side has fewer than
    twelve months or nothing happened on one side.
    """
    y, offset = np.asarray(counts, dtype=float), np.log(np.asarray(exposure, dtype=float))
    months = len(y)
    if min(start, months - start) < FEWEST_MONTHS or y[:start].sum() == 0 or y[start:].sum() == 0:
        return None
    time = np.arange(months) / 12
    after = (np.arange(months) >= start).astype(float)
    since = np.maximum(0, np.arange(months) - start) / 12
    angle = 2 * np.pi * (np.arange(months) + first_month - 1) / 12
    season = [np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    design = np.column_stack([np.ones(months), after, since, time, *season])
    family, name = _family(y, design, offset)
    fit = _fit(sm.GLM(y, design, family=family, offset=offset))
    if not np.all(np.isfinite(fit.errors[:4])):
        return None
    without = design.copy()
    without[:, 1:3] = 0
    expected = np.exp(without @ fit.coefficients + offset)
    return Interruption(_change(fit, 1), _change(fit, 2), name, fit.mu, expected)


def _family(y: Floats, design: Floats, offset: Floats) -> tuple[sm.families.Family, str]:
    """Poisson, unless its residuals vary clearly more than it allows: then negative binomial, its alpha by moments."""
    poisson = sm.GLM(y, design, family=sm.families.Poisson(), offset=offset).fit()
    if poisson.pearson_chi2 / poisson.df_resid <= 1.2:
        return sm.families.Poisson(), "poisson"
    alpha = float((((y - poisson.mu) ** 2 - poisson.mu) / poisson.mu**2).mean())
    return sm.families.NegativeBinomial(alpha=max(alpha, 1e-4)), "negative_binomial"


def difference_in_differences(
    pilot: ArrayLike, comparison: ArrayLike, pilot_exposure: ArrayLike, comparison_exposure: ArrayLike, start: int
) -> Difference | None:
    """Pilot against comparison districts before and after month number `start`.

    Given the month's total, the pilot's share is binomial whatever the month did to both: seasons and national changes fall
    away. The effect is the change in the ratio of rates. None where either side has fewer than twelve months.
    """
    a, b = np.asarray(pilot, dtype=float), np.asarray(comparison, dtype=float)
    months = len(a)
    if (
        min(start, months - start) < FEWEST_MONTHS
        or min(part.sum() for part in (a[:start], a[start:], b[:start], b[start:])) == 0
    ):
        return None
    offset = np.log(np.asarray(pilot_exposure, dtype=float) / np.asarray(comparison_exposure, dtype=float))
    after = (np.arange(months) >= start).astype(float)
    some = a + b > 0

    def fit(design: Floats, rows: NDArray[np.bool_]) -> _Fit:
        both = np.column_stack([a, b])[rows]
        return _fit(sm.GLM(both, design[rows], family=sm.families.Binomial(), offset=offset[rows]))

    effect = fit(np.column_stack([np.ones(months), after]), some)
    drift = fit(np.column_stack([np.ones(months), np.arange(months) / 12]), some & (after == 0))
    return Difference(_change(effect, 1), _change(drift, 1))


class _Fit(NamedTuple):
    coefficients: Floats
    errors: Floats
    degrees: float
    mu: Floats


def _fit(model: sm.GLM) -> _Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a series that the line fits without any error is no fault
        robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": True})
        plain = model.fit()
    spread = max(1.0, plain.pearson_chi2 / plain.df_resid) ** 0.5
    return _Fit(
        np.asarray(robust.params),
        np.maximum(np.asarray(robust.bse), np.asarray(plain.bse) * spread),
        float(plain.df_resid),
        np.asarray(robust.mu),
    )


def _change(fit: _Fit, index: int) -> Change:
    b, se = float(fit.coefficients[index]), float(fit.errors[index])
    t = float(stats.t.ppf(0.975, fit.degrees))
    p = float(2 * stats.t.sf(abs(b) / se, fit.degrees))
    return Change(float(np.expm1(b)), float(np.expm1(b - t * se)), float(np.expm1(b + t * se)), p)


def change_between(counts: ArrayLike, exposure: ArrayLike, apart: int = 60) -> Change | None:
    """The last twelve months' rate against that of the twelve months `apart` months earlier.

    The interval allows for overdispersion: that of the months within the two years. None without both years, or where either
    has no event.
    """
    y, person_time = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if len(y) < apart + 12:
        return None
    now, before = slice(len(y) - 12, len(y)), slice(len(y) - 12 - apart, len(y) - apart)
    n, m = y[now].sum(), y[before].sum()
    if not (n and m):
        return None
    ratio = (n / person_time[now].sum()) / (m / person_time[before].sum())
    chi2 = sum(((y[part] - y[part].mean()) ** 2 / max(y[part].mean(), 1e-9)).sum() for part in (now, before))
    se = float(np.sqrt(max(1.0, chi2 / 22) * (1 / n + 1 / m)))
    z = abs(np.log(ratio)) / se
    return Change(
        float(ratio - 1),
        float(ratio * np.exp(-Z95 * se) - 1),
        float(ratio * np.exp(Z95 * se) - 1),
        float(2 * stats.norm.sf(z)),
    )
