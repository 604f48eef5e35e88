"""What would have happened without the programme: comparison people weighted to be like the participants.

Method: propensity score by logistic regression on what was known before the index date; participants weigh 1, comparison
people the odds of their score (the average effect on the treated; Hirano, Imbens and Ridder 2003). Chosen over
nearest-neighbour matching within a caliper because it depends on no order and no ties, uses everybody, and has an interval
that covers: the bootstrap fails for matching with replacement (Abadie and Imbens 2008), while weighting has a closed form,
used here, that includes that the score was estimated (Lunceford and Davidian 2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FEWEST = 60
"""Fewest participants for an estimate: as the UK Justice Data Lab."""
BALANCED = 0.1
"""Largest absolute standardised difference of any covariate after weighting."""
FEWEST_PER_LEVEL = 5
Z95 = float(stats.norm.ppf(0.975))
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Balance(NamedTuple):
    """A covariate's standardised difference between participants and comparison people, before and after weighting."""

    name: str
    participants: float
    comparison: float
    before: float
    after: float


class Effect(NamedTuple):
    """Risks with and without the programme, their difference and the reduction 1 − risk / comparison risk; 95 % intervals."""

    rate: float
    comparison_rate: float
    difference: float
    difference_lower: float
    difference_upper: float
    reduction: float | None
    reduction_lower: float | None
    reduction_upper: float | None


@dataclass
class Comparison:
    """The weighted comparison, or why there is none (`refusal`, a code: see `REFUSALS`).

    `participants` and `pool`: how many of either side are compared; `left_out`: participants who are like nobody in the pool.
    `effective`: how many equally weighted people the weighted ones are worth (Kish). `compared`: who of those handed over is
    compared; `weights`: one for each of these.
    """

    participants: int
    left_out: int
    pool: int
    effective: float = 0.0
    balance: list[Balance] = field(default_factory=list)
    effect: Effect | None = None
    refusal: str = ""
    weights: Floats | None = None
    compared: Flags | None = None


REFUSALS = ("few_participants", "no_overlap", "unbalanced", "few_comparisons", "no_estimate")


def overlapping(treated: Flags, categories: dict[str, NDArray[np.generic]]) -> Flags:
    """Who is in a level of every category in which there are both participants and comparison people, at least five of each."""
    compared = np.ones(len(treated), dtype=bool)
    while True:
        before = compared.sum()
        for values in categories.values():
            levels, index = np.unique(values, return_inverse=True)
            own = np.bincount(index[compared & treated], minlength=len(levels))
            others = np.bincount(index[compared & ~treated], minlength=len(levels))
            compared &= ((own >= FEWEST_PER_LEVEL) & (others >= FEWEST_PER_LEVEL))[index]
        if compared.sum() == before:
            return compared


def weigh(
    treated: Flags,
    numbers: dict[str, Floats],
    categories: dict[str, NDArray[np.generic]],
    outcome: Flags,
    clusters: NDArray[np.generic] | None = None,
) -> Comparison:
    """Compares participants (`treated`) with the others on a yes-or-no outcome. Arrays of one length, one entry a person, or
    an occasion: then `clusters` says whose, and intervals allow for occasions of one person being alike."""
    people, pool = int(treated.sum()), int((~treated).sum())
    if people < FEWEST:
        return Comparison(people, 0, pool, refusal="few_participants")
    compared = overlapping(treated, categories)
    t = treated[compared]
    left_out = people - int(t.sum())
    result = Comparison(int(t.sum()), left_out, int((~t).sum()), compared=compared)
    if t.sum() < FEWEST or (~t).sum() < FEWEST:
        result.refusal = "no_overlap"
        return result
    columns: dict[str, Floats] = {}
    for name, values in numbers.items():
        if np.ptp(values[compared]) > 0:
            columns[name] = values[compared].astype(float)
    for name, labels in categories.items():
        levels = np.unique(labels[compared])
        for level in levels[1:] if len(levels) > 2 else levels[1:2]:
            columns[f"{name}={level}"] = (labels[compared] == level).astype(float)
    if not columns:
        result.refusal = "no_estimate"
        return result
    matrix = np.column_stack(list(columns.values()))
    scale = matrix.std(axis=0)
    design = np.column_stack([np.ones(len(t)), (matrix - matrix.mean(axis=0)) / scale])
    fitted = _logistic(design, t)
    if fitted is None:
        result.refusal = "no_estimate"
        return result
    score, information = fitted
    weights = np.where(t, 1.0, score / (1 - score))
    result.weights = weights
    w0 = weights[~t]
    result.effective = float(w0.sum() ** 2 / (w0**2).sum())
    result.balance = _balance(list(columns), matrix, t, weights)
    if max(abs(row.after) for row in result.balance) >= BALANCED:
        result.refusal = "unbalanced"
    elif result.effective < FEWEST:
        result.refusal = "few_comparisons"
    else:
        whose = np.arange(len(t)) if clusters is None else np.unique(clusters[compared], return_inverse=True)[1]
        result.effect = _effect(t, design, outcome[compared].astype(float), score, weights, information, whose)
    return result


def _logistic(design: Floats, treated: Flags) -> tuple[Floats, Floats] | None:
    """(scores, information matrix) of a logistic regression by Newton's steps; None where it does not converge (separation).

    Not statsmodels' Logit: the comparison pool can be hundreds of thousands of people, for each of dozens of programmes, and
    only the score and the information are needed here. Tested against it.
    """
    beta = np.zeros(design.shape[1])
    y = treated.astype(float)
    beta[0] = np.log(y.mean() / (1 - y.mean()))
    for _ in range(50):
        eta = np.clip(design @ beta, -30, 30)
        p = 1 / (1 + np.exp(-eta))
        information = (design * (p * (1 - p))[:, None]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (y - p))
        except np.linalg.LinAlgError:
            return None
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            if np.abs(beta).max() > 15:
                return None
            return p, information
    return None


def _balance(names: list[str], matrix: Floats, t: Flags, weights: Floats) -> list[Balance]:
    ours, theirs, w = matrix[t], matrix[~t], weights[~t]
    mean, raw, weighted = ours.mean(axis=0), theirs.mean(axis=0), w @ theirs / w.sum()
    spread = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = np.where(spread > 0, (mean - raw) / spread, 0.0)
        after = np.where(spread > 0, (mean - weighted) / spread, 0.0)
    return [
        Balance(name, float(mean[i]), float(weighted[i]), float(before[i]), float(after[i]))
        for i, name in enumerate(names)
    ]


def _effect(
    t: Flags, design: Floats, y: Floats, score: Floats, weights: Floats, information: Floats, whose: NDArray[np.intp]
) -> Effect:
    n = len(t)
    w = np.where(t, 0.0, weights)
    rate, comparison = float(y[t].mean()), float(w @ y / w.sum())
    # Influence of each person on the two risks; the second includes the estimation of the score.
    gradient = (w * (y - comparison)) @ design / n
    of_score = design * (t - score)[:, None] @ np.linalg.inv(information / n)
    influence_1 = np.where(t, y - rate, 0.0) / t.mean()
    influence_0 = (w * (y - comparison) + of_score @ gradient) / (w.sum() / n)

    def error(influence: Floats) -> float:
        return float(np.sqrt((np.bincount(whose, influence) ** 2).sum()) / n)

    se = error(influence_1 - influence_0)
    difference = rate - comparison
    reduction = lower = upper = None
    if rate > 0 and comparison > 0:
        se_log = error(influence_1 / rate - influence_0 / comparison)
        ratio = rate / comparison
        reduction = 1 - ratio
        lower, upper = 1 - ratio * float(np.exp(Z95 * se_log)), 1 - ratio * float(np.exp(-Z95 * se_log))
    return Effect(rate, comparison, difference, difference - Z95 * se, difference + Z95 * se, reduction, lower, upper)


def compare_proportions(events: int, people: int, other_events: int, others: int) -> Effect:
    """Two groups as they are: difference of risks with Newcombe's interval (1998, method 10) and reduction by the log ratio.

    Raises ValueError where either group is empty.
    """
    from metrics.statistics.proportions import wilson

    one, two = wilson(events, people), wilson(other_events, others)
    difference = one.rate - two.rate
    lower = difference - float(np.sqrt((one.rate - one.lower) ** 2 + (two.upper - two.rate) ** 2))
    upper = difference + float(np.sqrt((one.upper - one.rate) ** 2 + (two.rate - two.lower) ** 2))
    if not (events and other_events):
        return Effect(one.rate, two.rate, difference, lower, upper, None, None, None)
    ratio = one.rate / two.rate
    se = float(np.sqrt(1 / events - 1 / people + 1 / other_events - 1 / others))
    return Effect(
        one.rate,
        two.rate,
        difference,
        lower,
        upper,
        1 - ratio,
        1 - ratio * float(np.exp(Z95 * se)),
        1 - ratio * float(np.exp(-Z95 * se)),
    )
