"""How soon anchor teams met, and whether first visits were kept, from protected counts of cases."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from django.db import connection

from metrics.anchor_figures.models import AnchorResult
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import rate
from metrics.runs.models import Run

SQL = (Path(__file__).resolve().parent.parent / "sql" / "anchor_figures.sql").read_text()
SOON, LATER = 14, 28
"""Days from the first concern up to which a meeting is soon, or late."""


def results(run: Run, as_of: date, draws: Draws) -> list[AnchorResult]:
    """Per partner that leads cases, and of all; none where there is no case."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"as_of": as_of, "soon": SOON, "later": LATER, "seed": member_seed()})
        rows = cursor.fetchall()
    fared: dict[int | None, dict[str, dict[str, tuple[int, int]]]] = defaultdict(
        lambda: {"met": defaultdict(lambda: (0, 0)), "visit": defaultdict(lambda: (0, 0))}
    )
    for partner, asked, how, cases, hashes in rows:
        for whose in (partner, None):
            known_hashes, known_cases = fared[whose][asked][how]
            fared[whose][asked][how] = (known_hashes + int(hashes), known_cases + cases)
    return [_result(run, partner, outcomes, draws) for partner, outcomes in fared.items()]


def _result(
    run: Run, partner: int | None, outcomes: dict[str, dict[str, tuple[int, int]]], draws: Draws
) -> AnchorResult:
    states = {asked: State.of(counts) for asked, counts in outcomes.items()}

    def protected(asked: str, how: str) -> ProtectedCount:
        cases = outcomes[asked].get(how, (0, 0))[1]
        return draws.of_people(cases, states[asked], f"anchor, {asked}, {how}")

    soon, later, not_met = (protected("met", how) for how in ("soon", "later", "not"))
    kept, missed, unknown = (protected("visit", how) for how in ("kept", "missed", "unknown"))
    result = AnchorResult(
        run=run,
        partner_id=partner,
        met_soon=soon.value,
        met_later=later.value,
        not_met=not_met.value,
        kept=kept.value,
        missed=missed.value,
        unknown=unknown.value,
    )
    if share := rate(soon, later + not_met):
        result.soon_rate, result.soon_lower, result.soon_upper = share
    if share := rate(kept, missed):
        result.kept_rate, result.kept_lower, result.kept_upper = share
    return result
