"""What pupils' answers to a plan's lessons come to: means before and after, and the difference with its interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

import scipy
from django.db import connection

from programs.lessons.models import LessonFeedback, LessonPlan

FEWEST = 10
"""So many answers before, and after, it takes until a result is told."""
LEVEL = 0.95


class Change(NamedTuple):
    """Mean answers, of one to five, and the difference with its 95 % interval."""

    before: float
    after: float
    difference: float
    lower: float
    upper: float


class Result(NamedTuple):
    """Of a plan: how many answers are counted, and the change in each question; None where they are too few."""

    before: int
    after: int
    knowledge: Change | None
    fairness: Change | None


def change_of(before: Sequence[float], after: Sequence[float]) -> Change | None:
    """The difference of means with Welch's interval (Welch 1947): nobody knows which answer after is of whom before. None with fewer
    than `FEWEST` answers on either side, or where all answers are the same."""
    if min(len(before), len(after)) < FEWEST:
        return None
    parts = [variance(before) / len(before), variance(after) / len(after)]
    error = sqrt(sum(parts))
    if error == 0:
        return None
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(before) - 1) + parts[1] ** 2 / (len(after) - 1))
    reach = float(scipy.stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    difference = fmean(after) - fmean(before)
    return Change(fmean(before), fmean(after), difference, difference - reach, difference + reach)


def result_of(plan: LessonPlan) -> Result:
    """From the answers that the database counts for the acting partner (`portal_lesson_answers`): one query."""
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT said_when, question, answer, answers FROM portal_lesson_answers(%s)", [plan.pk])
        for moment, question, answer, answers in cursor.fetchall():
            said[moment, question] += [answer] * answers
    before, after = LessonFeedback.Moment.values
    changes = [change_of(said[before, question], said[after, question]) for question in ("knowledge", "fairness")]
    return Result(len(said[before, "knowledge"]), len(said[after, "knowledge"]), *changes)
