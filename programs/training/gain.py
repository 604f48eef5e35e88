"""What a course changed, for the organisation that holds it: points before and after, and who learned together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

import scipy

from partnership.members.models import Partner
from programs.training.models import Course, CourseAttendance

LEVEL = 0.95
CAME = (CourseAttendance.State.ATTENDED, CourseAttendance.State.PASSED)


class Gain(NamedTuple):
    """Mean change in points of `people`, each measured before and after, with its 95 % interval."""

    people: int
    mean: float
    lower: float
    upper: float


def gain_of(pairs: Sequence[tuple[float, float]]) -> Gain | None:
    """The mean of after minus before with Student's interval for paired measurements (Student 1908). None for fewer than two people,
    of whom no interval can be told."""
    if len(pairs) < 2:
        return None
    changes = [after - before for before, after in pairs]
    mean, error = fmean(changes), stdev(changes) / sqrt(len(changes))
    reach = float(scipy.stats.t.ppf((1 + LEVEL) / 2, len(changes) - 1)) * error
    return Gain(len(changes), mean, mean - reach, mean + reach)


class CourseFigures(NamedTuple):
    """Of a course: days on which somebody came, those of them on which police and others learned together, and the gain."""

    days: int
    mixed: int
    people: int
    gain: Gain | None


def figures_of(course: Course) -> CourseFigures:
    """From the sheets of all its days: one query."""
    came = CourseAttendance.objects.filter(session__course=course, state__in=CAME).order_by("session_id", "id")
    rows = list(came.values_list("session_id", "from_partner__kind", "before", "after"))
    days = [list(day) for _session, day in groupby(rows, key=lambda row: row[0])]
    pairs = [(before, after) for _session, _kind, before, after in rows if before is not None and after is not None]
    return CourseFigures(len(days), sum(is_mixed(row[1] for row in day) for day in days), len(rows), gain_of(pairs))


def is_mixed(kinds: Iterable[str | None]) -> bool:
    """Whether police and somebody else, guests included, learned together."""
    police = [kind == Partner.Kind.POLICE for kind in kinds]
    return any(police) and not all(police)
