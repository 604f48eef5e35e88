"""What would have happened without the programme: comparison people weighted to be like the participants.

Method: propensity score by logistic regression on what was known before the index date; participants weigh 1, comparison
people the odds of their score (the average effect on the treated; Hirano, Imbens and Ridder 2003). Chosen over
nearest-neighbour matching within a caliper because it depends on no order and no ties, uses everybody, and has an interval
that covers: the bootstrap fails for matching with replacement (Abadie and Imbens 2008), while weighting has a closed form,
used here, that includes that the score was estimated (Lunceford and Davidian 2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.proportions import Proportion, wilson

FEWEST = 60
"""Fewest participants for an estimate: as the UK Justice Data Lab."""
BALANCED = 0.1
"""Largest absolute standardised difference of any covariate after weighting."""
FEWEST_PER_LEVEL = 5
HELD = 0.01
"""Precision of the normal distribution, around nought, that each coefficient is held by: as a hundredth of a person would."""
MOST_STEPS = 100
Z95, Z80 = (NormalDist().inv_cdf(share) for share in (0.975, 0.8))
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Balance(NamedTuple):
    """A covariate's standardised difference between participants and comparison people, before and after weighting."""

    name: str
    before: float
    after: float


class Lives(NamedTuple):
    """What happened to each within a window: `days` until the event, or until nobody looked any more (infinity: the whole
    window went by); `event`, whether it was the event."""

    days: Floats
    event: Flags


class Side(NamedTuple):
    """One side of a comparison in two numbers: so many people, of which so many had the event, say what is known about it.

    Where people left observation or weigh differently neither is a whole number: as many as tell the rate with its error.
    """

    events: float
    people: float

    @property
    def rate(self) -> float:
        """The share with the event."""
        return self.events / self.people


class Effect(NamedTuple):
    """Risks with and without the programme, their difference and the reduction 1 − risk / comparison risk, with 95 % intervals.

    `smallest`: the smallest difference that so many people show in 80 of 100 cases. `e_value`: how many times as likely something
    unrecorded would have to make both taking part and re-arrest to explain the estimate; `e_value_limit`: to explain it so far
    that it could be chance, 1 where it could be already.
    """

    rate: float
    comparison_rate: float
    difference: float
    difference_lower: float
    difference_upper: float
    reduction: float | None
    reduction_lower: float | None
    reduction_upper: float | None
    smallest: float
    e_value: float | None
    e_value_limit: float | None


@dataclass
class Comparison:
    """The weighted comparison (`sides`), or why there is none (`refusal`: few_participants, no_overlap, unbalanced, few_comparisons or
    no_estimate).

    `participants` and `pool`: how many of either side are compared; `left_out`: participants who are like nobody in the pool.
    `effective`: how many equally weighted people the weighted ones are worth (Kish).
    """

    participants: int
    left_out: int
    pool: int
    effective: float = 0.0
    balance: list[Balance] = field(default_factory=list)
    sides: tuple[Side, Side] | None = None
    refusal: str = ""


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
    lives: Lives,
    clusters: NDArray[np.generic] | None = None,
    stands_for: Floats | None = None,
) -> Comparison:
    """Compares participants (`treated`) with the others. Arrays of one length, one entry a person, or an occasion: then
    `clusters` says whose, and the error allows for occasions of one person being alike. `stands_for`: for how many each one
    stands, where others like them may not be counted."""
    people, pool = int(treated.sum()), int((~treated).sum())
    if people < FEWEST:
        return Comparison(people, 0, pool, refusal="few_participants")
    compared = overlapping(treated, categories)
    t = treated[compared]
    left_out = people - int(t.sum())
    result = Comparison(int(t.sum()), left_out, int((~t).sum()))
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
    copies = np.ones(len(t)) if stands_for is None else stands_for[compared]
    fitted = _logistic(design, t, copies)
    if fitted is None:
        result.refusal = "no_estimate"
        return result
    score, information = fitted
    weights = copies * np.where(t, 1.0, score / (1 - score))
    w0 = weights[~t]
    result.effective = float(w0.sum() ** 2 / (w0**2).sum())
    result.balance = _balance(list(columns), matrix, t, weights)
    if max(abs(row.after) for row in result.balance) >= BALANCED:
        result.refusal = "unbalanced"
    elif result.effective < FEWEST:
        result.refusal = "few_comparisons"
    else:
        whose = np.arange(len(t)) if clusters is None else np.unique(clusters[compared], return_inverse=True)[1]
        followed = Lives(lives.days[compared], lives.event[compared])
        of_score = (design * (copies * (t - score))[:, None]) @ np.linalg.inv(information)
        result.sides = _sides(t, design, followed, weights, of_score, whose)
    return result


def _logistic(design: Floats, treated: Flags, copies: Floats) -> tuple[Floats, Floats] | None:
    """(scores, information matrix) of a logistic regression by Newton's steps; None where it does not converge.

    Coefficients of the standardised traits are held back a little (`HELD`). Without it there is no estimate for a programme that
    takes first offenders alone, though all that should happen is that people with a long record weigh nothing. A trait that
    participants alone have is found by the balance afterwards, and by how few the comparison people then are worth.

    Not statsmodels' Logit: the comparison pool can be hundreds of thousands of people, for each of dozens of programmes, and
    only the score and the information are needed here. Tested against it.
    """
    beta = np.zeros(design.shape[1])
    held = np.full(len(beta), HELD)
    held[0] = 0.0
    y = treated.astype(float)
    share = (copies @ y) / copies.sum()
    beta[0] = np.log(share / (1 - share))
    for _ in range(MOST_STEPS):
        eta = np.clip(design @ beta, -30, 30)
        p = 1 / (1 + np.exp(-eta))
        information = (design * (copies * p * (1 - p))[:, None]).T @ design + np.diag(held)
        step = np.linalg.solve(information, design.T @ (copies * (y - p)) - held * beta)
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            return p, information
    return None


def _balance(names: list[str], matrix: Floats, t: Flags, weights: Floats) -> list[Balance]:
    ours, theirs, w = matrix[t], matrix[~t], weights[~t]
    mean, raw, weighted = ours.mean(axis=0), theirs.mean(axis=0), w @ theirs / w.sum()
    spread = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = np.where(spread > 0, (mean - raw) / spread, 0.0)
        after = np.where(spread > 0, (mean - weighted) / spread, 0.0)
    return [Balance(name, float(before[i]), float(after[i])) for i, name in enumerate(names)]


def risk(lives: Lives, weights: Floats) -> tuple[float, Floats]:
    """(the share with the event by the end of the window, how much each one's weight moves it): Kaplan and Meier's estimate,
    weighted, and its infinitesimal jackknife. Where nobody left early: the weighted mean of the events, and (y − mean) / sum."""
    times = np.unique(lives.days[lives.event])
    if not len(times):
        return 0.0, np.zeros(len(weights))
    place = np.searchsorted(times, lives.days, side="right")  # how many of the times each one was there for
    leaving = np.bincount(place, weights, len(times) + 1)
    at_risk = leaving[::-1].cumsum()[::-1][1:]
    events = np.bincount(place[lives.event] - 1, weights[lives.event], len(times))
    left = np.maximum(at_risk - events, 1e-12 * at_risk)
    survival = float(np.prod(1 - events / at_risk))
    passed = np.concatenate([[0.0], np.cumsum(events / (at_risk * left))])
    moved = survival * (np.where(lives.event, 1 / left[place - 1], 0.0) - passed[place])
    return 1 - survival, moved


def side(lives: Lives, stands_for: Floats | None = None) -> Side:
    """People as they are, each once, as a side. Raises ValueError for nobody."""
    if not len(lives.days):
        raise ValueError("nobody is compared")
    weights = np.ones(len(lives.days)) if stands_for is None else stands_for
    share, moved = risk(lives, weights)
    return _worth(share, float(((weights * moved) ** 2).sum()), most=len(lives.days))


def _worth(share: float, variance: float, most: float) -> Side:
    """The side with this share and its variance, of `most` people at most."""
    people = min(share * (1 - share) / variance, most) if variance > 0 else most
    return Side(share * people, people)


def _sides(
    t: Flags, design: Floats, lives: Lives, weights: Floats, of_score: Floats, whose: NDArray[np.intp]
) -> tuple[Side, Side]:
    """Participants as they are; of the others so many that the difference has the error that it has: with estimated scores
    (`of_score`: how each one moves the coefficients), and with one person's occasions alike, on one side or on both."""
    ours, theirs = Lives(lives.days[t], lives.event[t]), Lives(lives.days[~t], lives.event[~t])
    (rate, moved), (other_rate, others_moved) = risk(ours, weights[t]), risk(theirs, weights[~t])
    weighted = weights[~t] * others_moved
    share_of = np.zeros(len(t))
    share_of[t], share_of[~t] = weights[t] * moved, -weighted
    share_of -= of_score @ (weighted @ design[~t])
    variance = float((np.bincount(whose, share_of) ** 2).sum())
    own = side(ours, weights[t])
    if not 0 < other_rate < 1:
        effective = float(weights[~t].sum() ** 2 / (weights[~t] ** 2).sum())
        return own, Side(other_rate * effective, effective)
    own_variance = rate * (1 - rate) / own.people
    return own, _worth(other_rate, max(variance - own_variance, 0.0), most=float((~t).sum()))


def effect(ours: Side, theirs: Side, noise: float = 0.0) -> Effect:
    """What two sides say: the difference of risks with Newcombe's interval (1998, method 10), the reduction by the log ratio, the
    smallest difference that they can show (5 % error, 80 % power), and E-values (VanderWeele and Ding 2017).

    `noise`: the variance by which counts of events were changed before they were handed over; intervals allow for it. Raises
    ValueError where either side is empty.
    """
    known, others_known = (_without_noise(side, noise) for side in (ours, theirs))
    one, two = interval(ours, noise), interval(theirs, noise)
    difference = ours.rate - theirs.rate
    lower = difference - float(np.sqrt((ours.rate - one.lower) ** 2 + (two.upper - theirs.rate) ** 2))
    upper = difference + float(np.sqrt((one.upper - ours.rate) ** 2 + (theirs.rate - two.lower) ** 2))
    smallest = (1 + Z80 / Z95) * (upper - lower) / 2
    if not (ours.events and theirs.events):
        return Effect(ours.rate, theirs.rate, difference, lower, upper, None, None, None, smallest, None, None)
    ratio = ours.rate / theirs.rate
    error = float(np.sqrt(sum((1 - side.rate) / side.events for side in (known, others_known))))
    low, high = ratio * float(np.exp(-Z95 * error)), ratio * float(np.exp(Z95 * error))
    # The limit nearest to no effect; the difference decides whether it could be chance, so that there is one answer.
    nearest = high if upper < 0 else low if lower > 0 else 1.0
    limit = e_value(nearest) if (nearest - 1) * (ratio - 1) > 0 else 1.0
    return Effect(
        *(ours.rate, theirs.rate, difference, lower, upper),
        *(1 - ratio, 1 - high, 1 - low),
        *(smallest, e_value(ratio), limit),
    )


def interval(side: Side, noise: float = 0.0) -> Proportion:
    """The side's rate with Wilson's interval, which allows for events that were changed by noise of that variance."""
    known = wilson(*_without_noise(side, noise))
    return Proportion(side.rate, known.lower, known.upper)


def _without_noise(side: Side, noise: float) -> Side:
    """As many people as say as much about the rate as these do with noise of that variance on their events."""
    rate = (side.events + 2) / (side.people + 4)  # not 0 or 1, where the counts would seem to know everything
    variance = side.people * rate * (1 - rate)
    people = side.people * variance / (variance + noise)
    return Side(side.rate * people, people)


def e_value(risk_ratio: float) -> float:
    """The risk ratio that an unrecorded trait needs, with taking part and with the event, to explain this one alone."""
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))
