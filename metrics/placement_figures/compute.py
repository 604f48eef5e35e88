"""Whether people who were placed with an employer were still there, from protected counts of placements."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from django.db import connection

from metrics.placement_figures.models import PlacementResult
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import rate
from metrics.runs.models import Run

SQL = (Path(__file__).resolve().parent.parent / "sql" / "placement_figures.sql").read_text()
Outcomes = dict[str, tuple[int, int]]


def results(run: Run, as_of: date, draws: Draws) -> list[PlacementResult]:
    """Per partner and time, and of all partners; none where no placement is that old."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"as_of": as_of, "seed": member_seed()})
        rows = cursor.fetchall()
    fared: dict[tuple[int | None, int], Outcomes] = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    for partner, months, how, placements, hashes in rows:
        for whose in (partner, None):
            known_hashes, known_placements = fared[whose, months][how]
            fared[whose, months][how] = (known_hashes + int(hashes), known_placements + placements)
    return [_result(run, partner, months, outcomes, draws) for (partner, months), outcomes in fared.items()]


def _result(run: Run, partner: int | None, months: int, outcomes: Outcomes, draws: Draws) -> PlacementResult:
    state = State.of(outcomes)

    def protected(how: str) -> ProtectedCount:
        return draws.of_people(outcomes.get(how, (0, 0))[1], state, f"placement, {months}, {how}")

    there, as_agreed, early, unknown = map(protected, ("there", "as_agreed", "early", "unknown"))
    result = PlacementResult(
        run=run,
        partner_id=partner,
        months=months,
        there=there.value,
        as_agreed=as_agreed.value,
        early=early.value,
        unknown=unknown.value,
    )
    if share := rate(there, as_agreed + early + unknown):
        result.share, result.share_lower, result.share_upper = share
    return result
