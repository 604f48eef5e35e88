"""Where people find no place, from protected counts of referrals by home district."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from metrics.gaps.models import GapResult
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import FEWEST_PEOPLE, rate
from metrics.runs.models import Run

SQL = (Path(__file__).resolve().parent.parent / "sql" / "gaps.sql").read_text()
DAYS = 365


def results(run: Run, as_of: date, draws: Draws) -> list[GapResult]:
    """A row for each district from which somebody was referred."""
    since = as_of - timedelta(days=DAYS - 1)
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"since": since, "as_of": as_of, "seed": member_seed()})
        rows = cursor.fetchall()
    outcomes: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for district, what, referrals, hashes in rows:
        outcomes[district][what] = (int(hashes), referrals)
    return [_result(run, district, became, draws) for district, became in outcomes.items()]


def _result(run: Run, district: int, became: dict[str, tuple[int, int]], draws: Draws) -> GapResult:
    state = State.of(became)

    def protected(what: str) -> ProtectedCount:
        return draws.of_people(became.get(what, (0, 0))[1], state, f"gaps, {what}")

    no_place, waiting, other = (protected(what) for what in ("no_place", "waiting", "other"))
    result = GapResult(run=run, district_id=district, sent=(no_place + waiting + other).value)
    if result.sent < FEWEST_PEOPLE:
        return result
    result.no_place, result.waiting = no_place.value, waiting.value
    if share := rate(no_place + waiting, other):
        result.share, result.share_lower, result.share_upper = share
    return result
