"""Time to re-arrest of participants and comparison people, through the windows in which they are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from metrics.comparison.effects import GROUPS
from metrics.comparison.models import ComparisonResult
from metrics.protection.perturbation import OF_PEOPLE
from metrics.statistics.matching import Side, interval

Points = list[list[float]]
"""[[months, share not rearrested, lower, upper, people], …], the first at 0 months."""


class Pair(NamedTuple):
    """The curves of one comparison: of the participants who are compared, and of the comparison people."""

    group: ComparisonResult.Group
    participants: Points
    others: Points


def pairs(comparisons: Iterable[ComparisonResult]) -> list[Pair]:
    """A pair for each group that has an estimate in a window, of the comparisons of one kind of offences in all windows.

    The points are the very rates that are compared in each window; each window has people of its own, so a curve may rise.
    """
    estimated = sorted((c for c in comparisons if c.rate is not None), key=lambda c: c.window_months)
    return [
        Pair(group, _points([(c.window_months, c.rate or 0.0, c.participants or 0) for c in own]), _points(others))
        for group in GROUPS
        for own in [[c for c in estimated if c.group == group]]
        if own
        for others in [[(c.window_months, c.comparison_rate or 0.0, c.effective or c.comparisons or 0) for c in own]]
    ]


def _points(windows: list[tuple[int, float, float]]) -> Points:
    """Of (months, share rearrested, people); intervals hold the noise of the counts."""
    points: Points = [[0, 1.0, 1.0, 1.0, windows[0][2]]]
    for months, rate, people in windows:
        _rate, lower, upper = interval(Side(rate * people, people), OF_PEOPLE.variance)
        points.append([months, *(round(1 - share, 4) for share in (rate, upper, lower)), people])
    return points
