"""Time to re-arrest with incomplete follow-up: Kaplan–Meier, log-rank, Cox.

Times are whole days (or any unit) since the index date; an event at a time comes before a censoring at the same time.
"""

from __future__ import annotations

import warnings
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Z95 = NormalDist().inv_cdf(0.975)
Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """A survival curve: one entry for each time at which somebody had the event or left, in order of time."""

    times: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    lower: Floats
    upper: Floats

    def at(self, times: ArrayLike) -> Floats:
        """(survival, lower, upper) at each of the times, a row each: 1 before the first event."""
        index = np.searchsorted(self.times, times, side="right")
        return np.column_stack(
            [np.concatenate([[1.0], line])[index] for line in (self.survival, self.lower, self.upper)]
        )

    def at_risk_at(self, times: ArrayLike) -> NDArray[np.int64]:
        """How many are still observed, and without event, just before each of the times."""
        index = np.searchsorted(self.times, times, side="left")
        return np.append(self.at_risk, 0.0)[index].astype(int)

    def until(self, times: ArrayLike) -> NDArray[np.int64]:
        """(events, censored) up to each of the times, that time included, a row each."""
        index = np.searchsorted(self.times, times, side="right")
        return np.column_stack([np.append(0.0, line.cumsum())[index] for line in (self.events, self.censored)]).astype(
            int
        )


def kaplan_meier(times: ArrayLike, events: ArrayLike, leaving: ArrayLike) -> Curve:
    """The product-limit estimate from counts: at each of `times`, `events` of the `leaving` people had the event.

    The 95 % interval is the log-log one (Kalbfleisch and Prentice 2002, 1.4.1), which stays inside 0–1; Greenwood's
    variance. Where nobody had an event yet the interval is 1–1; where everybody had, 0–0. Nobody gives an empty curve.
    """
    order = np.argsort(np.asarray(times, dtype=float), kind="stable")
    t = np.asarray(times, dtype=float)[order]
    d = np.asarray(events, dtype=float)[order]
    n_leaving = np.asarray(leaving, dtype=float)[order]
    if len(t) and np.any(np.diff(t) <= 0):
        raise ValueError("each time stands once")
    at_risk = n_leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - d / at_risk)
        greenwood = np.cumsum(d / (at_risk * (at_risk - d)))
        log_survival = np.log(survival)
        half = Z95 * np.sqrt(greenwood) / log_survival
        lower, upper = survival ** np.exp(-half), survival ** np.exp(half)
    certain = (survival == 1) | (survival == 0)
    lower, upper = np.where(certain, survival, lower), np.where(certain, survival, upper)
    return Curve(t, at_risk, d, n_leaving - d, survival, lower, upper)


def curve_of(durations: ArrayLike, is_event: ArrayLike) -> Curve:
    """The same from one duration and event flag a person."""
    duration, event = np.asarray(durations, dtype=float), np.asarray(is_event, dtype=bool)
    times, index = np.unique(duration, return_inverse=True)
    return kaplan_meier(times, np.bincount(index, event, len(times)), np.bincount(index, minlength=len(times)))


class LogRank(NamedTuple):
    """The test's χ² statistic, its p value and its degrees of freedom."""

    statistic: float
    p: float
    degrees: int


def log_rank(curves: list[Curve]) -> LogRank | None:
    """The log-rank test of equal hazards (Mantel–Haenszel form, ties by the hypergeometric variance).

    None where it can't be computed: fewer than two groups with anybody at risk, or no event at all.
    """
    curves = [curve for curve in curves if len(curve.times)]
    if len(curves) < 2:
        return None
    times = np.unique(np.concatenate([curve.times[curve.events > 0] for curve in curves]))
    if not len(times):
        return None
    d = np.zeros((len(curves), len(times)))
    n = np.zeros_like(d)
    for row, curve in enumerate(curves):
        where = np.searchsorted(curve.times, times, side="left")
        inside = where < len(curve.times)
        n[row, inside] = curve.at_risk[where[inside]]
        hit = np.isin(times, curve.times)
        d[row, hit] = curve.events[where[hit]]
    deaths, risk = d.sum(axis=0), n.sum(axis=0)
    difference = (d - n * deaths / risk).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(risk > 1, deaths * (risk - deaths) / (risk - 1), 0.0)
    share = n / risk
    covariance = np.einsum("t,it,jt->ij", factor, share, -share)
    covariance[np.diag_indices(len(curves))] += (factor * share).sum(axis=1)
    statistic = float(difference[1:] @ np.linalg.pinv(covariance[1:, 1:]) @ difference[1:])
    degrees = len(curves) - 1
    return LogRank(statistic, float(scipy.stats.chi2.sf(statistic, degrees)), degrees)


class CoxTerm(NamedTuple):
    """A covariate's coefficient, its hazard ratio with 95 % interval, p value, and the p value of proportional hazards."""

    name: str
    coefficient: float
    hazard_ratio: float
    lower: float
    upper: float
    p: float
    proportional_p: float


def cox(durations: ArrayLike, is_event: ArrayLike, covariates: dict[str, ArrayLike]) -> list[CoxTerm]:
    """Cox regression, ties by Efron's method, with a check of proportional hazards (see `_proportional_p`).

    Covariates that do not vary are left out. An empty list: no event, no covariate, or no estimate (separation).
    """
    duration, event = np.asarray(durations, dtype=float), np.asarray(is_event, dtype=bool)
    named = {name: np.asarray(values, dtype=float) for name, values in covariates.items()}
    named = {name: values for name, values in named.items() if len(values) and np.ptp(values) > 0}
    if not named or event.sum() < 2 * len(named):
        return []
    design = np.column_stack(list(named.values()))
    # Somebody who leaves on the first day is at risk that day: a small shift keeps the order and no time at zero.
    from statsmodels.duration.hazard_regression import PHReg

    model = PHReg(duration + 1e-9, design, status=event.astype(int), ties="efron")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no estimate is a result here, not a fault
        fit = model.fit(disp=0)
    if not np.all(np.isfinite(fit.bse)) or np.any(fit.bse > 50):
        return []
    proportional = _proportional_p(duration, event, design, np.asarray(fit.params))
    terms = []
    for index, name in enumerate(named):
        b, se = float(fit.params[index]), float(fit.bse[index])
        terms.append(
            CoxTerm(
                name,
                b,
                float(np.exp(b)),
                float(np.exp(b - Z95 * se)),
                float(np.exp(b + Z95 * se)),
                float(fit.pvalues[index]),
                float(proportional[index]),
            )
        )
    return terms


def _proportional_p(duration: Floats, event: NDArray[np.bool_], design: Floats, coefficients: Floats) -> Floats:
    """p value, for each covariate, of the score test of no interaction with time.

    Grambsch and Therneau (1994), in the exact form of R's survival package from version 3 on: time is transformed to the
    share that had the event before it, 1 − S(t−).
    """
    order = np.argsort(duration, kind="stable")
    duration, event, x = duration[order], event[order], design[order] - design.mean(axis=0)
    weight = np.exp(x @ coefficients)
    _times, first = np.unique(duration, return_index=True)
    count = x.shape[1]

    def from_on(values: Floats) -> Floats:
        """Sum over everybody still at risk, at each of the times."""
        return np.asarray(values[::-1].cumsum(axis=0)[::-1][first])

    s0, s1 = from_on(weight), from_on(weight[:, None] * x)
    s2 = from_on((weight[:, None, None] * x[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(-1, count, count)
    curve = curve_of(duration, event)
    before = np.concatenate([[1.0], curve.survival[:-1]])
    score = np.zeros(count)
    information = np.zeros((2, 2, count, count))
    bounds = [*first[1:], len(duration)]
    transformed = 1 - before
    events_at = [np.flatnonzero(event[a:b]) + a for a, b in zip(first, bounds, strict=True)]
    centre = sum(len(e) * g for e, g in zip(events_at, transformed, strict=True)) / max(1, event.sum())
    for row, dying in enumerate(events_at):
        if not len(dying):
            continue
        g = transformed[row] - centre
        w, v = weight[dying], x[dying]
        d0, d1 = w.sum(), w @ v
        d2 = (w[:, None, None] * v[:, :, None] * v[:, None, :]).sum(axis=0)
        score += g * v.sum(axis=0)
        for step in range(len(dying)):  # Efron: the tied leave the risk set one share after the other
            share = step / len(dying)
            total = s0[row] - share * d0
            mean = (s1[row] - share * d1) / total
            variance = (s2[row] - share * d2) / total - np.outer(mean, mean)
            score -= g * mean
            information[0, 0] += variance
            information[0, 1] += g * variance
            information[1, 1] += g * g * variance
    p = np.full(count, np.nan)
    for j in range(count):
        cross = information[0, 1][:, j]
        spread = information[1, 1][j, j] - cross @ np.linalg.pinv(information[0, 0]) @ cross
        if spread > 1e-12:
            p[j] = scipy.stats.chi2.sf(score[j] ** 2 / spread, 1)
    return p
