"""How scores changed, from protected counts of people by the size of their change.

Each person's change is sorted into one of 21 classes, tenths of the instrument's range for the better or worse. The counts of the
classes are protected, and all else follows from them: shares, the mean and its interval say no more of a person than they do.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from cases.assessments.instruments import INSTRUMENTS, Instrument
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed, total
from metrics.protection.rates import FEWEST_PEOPLE, rate
from metrics.runs.models import Run
from metrics.score_changes.models import ScoreChange

SQL = (Path(__file__).resolve().parent.parent / "sql" / "score_changes.sql").read_text()
CLASSES = range(-10, 11)
"""Tenths of the range, above zero for the better."""
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


class Mean(NamedTuple):
    """A mean with its 95 % interval."""

    value: float
    lower: float
    upper: float


def class_of(first: int, last: int, tool: Instrument) -> int:
    """The tenth of the range by which a score changed, above zero for the better; a half counts away from zero."""
    change = (last - first) * (1 if tool.higher_is_better else -1)
    return int(math.copysign(math.floor(abs(change) * 10 / tool.highest + 0.5), change))


def mean_of_classes(counts: Mapping[int, float], variances: Mapping[int, float]) -> Mean:
    """The mean of values that so many people have, with an interval for the sampling and for the noise in the counts together.

    The normal interval of a mean, with the variance that the noise of each count adds to it (the delta method).
    """
    people = sum(counts.values())
    mean = sum(value * count for value, count in counts.items()) / people
    sampling = sum(count * (value - mean) ** 2 for value, count in counts.items()) / (people - 1) / people
    noise = sum(variances[value] * (value - mean) ** 2 for value in counts) / people**2
    margin = Z * math.sqrt(sampling + noise)
    return Mean(mean, mean - margin, mean + margin)


def results(run: Run, draws: Draws) -> list[ScoreChange]:
    """Per programme and instrument, and of each instrument in all programmes that use it."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"seed": member_seed()})
        rows = cursor.fetchall()
    states: dict[tuple[int | None, int | None, str], dict[str, tuple[int, int]]] = defaultdict(
        lambda: defaultdict(lambda: (0, 0))
    )
    for partner, programme, instrument, first, last, days, people, hashes in rows:
        outcome = "none" if days == 0 else "once" if days == 1 else str(class_of(first, last, INSTRUMENTS[instrument]))
        for about in ((partner, programme, instrument), (None, None, instrument)):
            known_hashes, known_people = states[about][outcome]
            states[about][outcome] = (known_hashes + int(hashes), known_people + people)
    return [
        _result(run, partner, programme, INSTRUMENTS[instrument], outcomes, draws)
        for (partner, programme, instrument), outcomes in states.items()
    ]


def _result(
    run: Run,
    partner: int | None,
    programme: int | None,
    tool: Instrument,
    outcomes: dict[str, tuple[int, int]],
    draws: Draws,
) -> ScoreChange:
    state = State.of(outcomes)

    def protected(outcome: str) -> ProtectedCount:
        people = outcomes[outcome][1] if outcome in outcomes else 0
        return draws.of_people(people, state, f"scores, {tool.code}, {outcome}")

    by_class = {number: protected(str(number)) for number in CLASSES}
    better = total(count for number, count in by_class.items() if number > 0)
    worse = total(count for number, count in by_class.items() if number < 0)
    same = by_class[0]
    result = ScoreChange(
        run=run,
        partner_id=partner,
        programme_id=programme,
        instrument=tool.code,
        better=better.value,
        same=same.value,
        worse=worse.value,
        assessed_once=protected("once").value,
        not_assessed=protected("none").value,
    )
    if share := rate(better, same + worse):
        result.better_rate, result.better_lower, result.better_upper = share
    if result.assessed_twice >= FEWEST_PEOPLE:
        counts = {number: count.value for number, count in by_class.items()}
        mean = mean_of_classes(counts, {number: count.variance for number, count in by_class.items()})
        tenth = tool.highest / 10
        result.change, result.change_lower, result.change_upper = (round(value * tenth, 1) for value in mean)
    return result
