"""How soon somebody was in contact after a release from custody, from protected counts of releases."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from django.db import connection

from metrics.custody_figures.models import ReleaseResult
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import rate
from metrics.runs.models import Run

SQL = (Path(__file__).resolve().parent.parent / "sql" / "custody_figures.sql").read_text()


def results(run: Run, as_of: date, draws: Draws) -> list[ReleaseResult]:
    """Per partner that helped somebody out of custody, and of all; none where there is no release."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"as_of": as_of, "seed": member_seed()})
        rows = cursor.fetchall()
    fared: dict[int | None, dict[str, tuple[int, int]]] = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    for partner, how_soon, releases, hashes in rows:
        for whose in (partner, None):
            known_hashes, known_releases = fared[whose][how_soon]
            fared[whose][how_soon] = (known_hashes + int(hashes), known_releases + releases)
    return [_result(run, partner, outcomes, draws) for partner, outcomes in fared.items()]


def _result(run: Run, partner: int | None, outcomes: dict[str, tuple[int, int]], draws: Draws) -> ReleaseResult:
    state = State.of(outcomes)

    def protected(how_soon: str) -> ProtectedCount:
        return draws.of_people(outcomes.get(how_soon, (0, 0))[1], state, f"release, {how_soon}")

    day, three_days, fortnight, never = map(protected, ("day", "three_days", "fortnight", "not"))
    result = ReleaseResult(
        run=run,
        partner_id=partner,
        in_a_day=day.value,
        in_three_days=three_days.value,
        in_a_fortnight=fortnight.value,
        not_by_then=never.value,
    )
    if share := rate(day, three_days + fortnight + never):
        result.day_rate, result.day_lower, result.day_upper = share
    if share := rate(day + three_days, fortnight + never):
        result.three_days_rate, result.three_days_lower, result.three_days_upper = share
    if share := rate(day + three_days + fortnight, never):
        result.fortnight_rate, result.fortnight_lower, result.fortnight_upper = share
    return result
