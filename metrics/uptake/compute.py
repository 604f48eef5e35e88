"""How far eligible cases came, from protected counts: by police unit and in all, each as a whole and by one trait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import FEWEST_PEOPLE, rate
from metrics.runs.models import Run
from metrics.uptake.models import UptakeResult
from referrals.handover.models import AgeBand

SQL = (Path(__file__).resolve().parent.parent / "sql" / "uptake.sql").read_text()
FOLLOWED_DAYS = 180
"""Each case is followed for so long after the arrest, so that all had the same time to come through."""
MONTHS = 12
STAGES = ("offered", "agreed", "visited", "completed")
"""After "eligible", in their order."""
OF_ALL_UNITS = ("visited", "completed")

By = UptakeResult.By


class Cell(NamedTuple):
    """How far a case came."""

    stage: str
    is_settled: bool

    def reached(self, stage: str) -> bool:
        order = ("eligible", *STAGES)
        return order.index(self.stage) >= order.index(stage)


Cells = dict[Cell, tuple[int, int]]
"""Of each: the sum of the hashes, and the number of cases."""


def months_counted(as_of: date) -> tuple[date, date]:
    """The first day of the twelve months whose cases have been followed, and the day after their last."""
    until = (as_of - timedelta(days=FOLLOWED_DAYS) + timedelta(days=1)).replace(day=1)
    return until.replace(year=until.year - MONTHS // 12), until


def results(run: Run, as_of: date, draws: Draws) -> list[UptakeResult]:
    """Per police unit and in all; none where nobody was eligible."""
    since, until = months_counted(as_of)
    days = {"since": since, "until": until, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(SQL, days | {"followed": FOLLOWED_DAYS, "seed": member_seed()})
        rows = cursor.fetchall()
    groups: dict[tuple[int | None, str, str], Cells] = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    for unit, month, district, sex, age, stage, is_settled, cases, hashes in rows:
        cell = Cell(stage, is_settled)
        for by, group in _groups_of(month, district, sex, age):
            for partner in (unit, None):
                known_hashes, known_cases = groups[partner, by, group][cell]
                groups[partner, by, group][cell] = (known_hashes + int(hashes), known_cases + cases)
    return [_result(run, *key, cells, draws) for key, cells in groups.items()]


def _groups_of(month: date, district: int, sex: str, age: int | None) -> Iterator[tuple[str, str]]:
    yield By.ALL, ""
    yield By.MONTH, f"{month:%Y-%m}"
    yield By.DISTRICT, str(district)
    yield By.SEX, sex
    yield By.AGE, AgeBand.of(age)


def _result(run: Run, partner: int | None, by: str, group: str, cells: Cells, draws: Draws) -> UptakeResult:
    state = State.of({f"{cell.stage} {cell.is_settled}": counts for cell, counts in cells.items()})

    def protected(cell_name: str, counted: set[Cell]) -> ProtectedCount:
        return draws.of_people(sum(cells[cell][1] for cell in counted), state, f"uptake, {by}, {cell_name}")

    reached = {stage: {cell for cell in cells if cell.reached(stage)} for stage in STAGES}
    agreed, not_agreed = protected("agreed", reached["agreed"]), protected("not agreed", {*cells} - reached["agreed"])
    result = UptakeResult(run=run, partner_id=partner, by=by, group=group, eligible=agreed.value + not_agreed.value)
    if result.eligible < FEWEST_PEOPLE:
        return result
    result.agreed = agreed.value
    result.offered = min(result.eligible, max(agreed.value, protected("offered", reached["offered"]).value))
    result.settled = min(agreed.value, protected("settled", {cell for cell in cells if cell.is_settled}).value)
    if partner is None:
        result.visited = min(agreed.value, protected("visited", reached["visited"]).value)
        result.completed = min(result.visited, protected("completed", reached["completed"]).value)
    if share := rate(agreed, not_agreed):
        result.share, result.share_lower, result.share_upper = share
    return result
