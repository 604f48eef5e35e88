"""Proportions with their uncertainty."""

from __future__ import annotations

from typing import NamedTuple


class Proportion(NamedTuple):
    """A share of a group, from 0 to 1, with its 95 % interval."""

    rate: float
    lower: float
    upper: float


def wilson(events: float, people: float) -> Proportion:
    """The share of `people` with an event and its Wilson score interval at 95 %.

    The interval stays inside 0–1 and holds its level for small groups and rare events (Wilson 1927; Brown, Cai and
    DasGupta 2001, who recommend it for 40 people or fewer). Raises ValueError for nobody, or more events than people.
    Neither has to be a whole number: who is known in part counts in part.
    """
    if not 0 <= events <= people or people == 0:
        raise ValueError(f"{events} events among {people} people")
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(events, people, alpha=0.05, method="wilson")
    return Proportion(events / people, float(lower), float(upper))
