"""One figure for several studies: their average effect, with an interval that allows for comparison people whom they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from metrics.statistics.matching import Z95


class Study(NamedTuple):
    """A difference of two shares with its 95 % interval, and what it rests on: the share and the number of people of each side."""

    rate: float
    people: float
    other_rate: float
    others: float
    lower: float
    upper: float


class Average(NamedTuple):
    """The shares of both sides and their difference with its 95 % interval, over the participants of all studies."""

    rate: float
    other_rate: float
    difference: float
    lower: float
    upper: float


def average(studies: Sequence[Study]) -> Average:
    """The mean of the differences, each study weighing as many participants as it has.

    It is the effect on the participants as they are and needs no likeness of the studies (Rice, Higgins and Lumley 2018, "fixed
    effects"). Their participants are different people. Their comparison people may be the same ones, so the errors of that side
    add up as if they all erred together: whatever they share, the interval is no narrower than it should be. Raises ValueError
    for no study, or studies of nobody.
    """
    people = sum(study.people for study in studies)
    if people <= 0:
        raise ValueError("nobody to average over")
    rate = sum(study.people * study.rate for study in studies) / people
    other_rate = sum(study.people * study.other_rate for study in studies) / people
    own_variance, other_error = 0.0, 0.0
    for study in studies:
        weight, error = study.people / people, (study.upper - study.lower) / (2 * Z95)
        own, other = (_variance(*side) for side in ((study.rate, study.people), (study.other_rate, study.others)))
        own_variance += (weight * error) ** 2 * own / (own + other)
        other_error += weight * error * math.sqrt(other / (own + other))
    error = math.sqrt(own_variance + other_error**2)
    difference = rate - other_rate
    return Average(rate, other_rate, difference, difference - Z95 * error, difference + Z95 * error)


def _variance(rate: float, people: float) -> float:
    """Of a share, never none where few people make it 0 or 1 (Agresti and Coull 1998)."""
    likely = (rate * people + 2) / (people + 4)
    return likely * (1 - likely) / (people + 4)
