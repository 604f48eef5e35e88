"""How far figures depend on links: rates by sure links, as expected, and by all; and how many links may be missing."""

from __future__ import annotations

from datetime import date
from math import log
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Min

from cases.arrests.models import Feed
from metrics.follow_up import upkeep
from metrics.linkage.scoring import SURE
from metrics.protection import disclosure
from metrics.quality.models import LinkRange
from metrics.runs.models import Run

FEW_PEOPLE = 30
"""Of fewer people no rate is shown."""


class Rearrested(NamedTuple):
    """Of a programme's participants, within a fixed window: how many are observed and rearrested, as unsure links are read."""

    programme_id: int
    months: int
    offences: str
    eligible: int
    sure: int
    eligible_all: int
    expected: float
    every: int


def rearrested_by_links(as_of: date) -> list[Rearrested]:
    """Each programme, window and kind of offence, before disclosure control. As `fixed_windows` counts them, but that unsure links
    count with their probability (expected) or fully (every). Inside a transaction."""
    earliest = Feed.objects.aggregate(day=Min("complete_through"))["day"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS unsure_members")
        cursor.execute(upkeep.statement("unsure_members", unsure=upkeep.UNSURE))
        upkeep.follow_apart("unsure", "unsure_followup")
        cursor.execute(upkeep.statement("link_ranges"), {"as_of": as_of, "earliest": earliest and min(earliest, as_of)})
        return [Rearrested(*row) for row in cursor.fetchall()]


def ranges(run: Run, as_of: date) -> list[LinkRange]:
    """The rates of programmes with at least FEW_PEOPLE observed."""
    return [range_of(run, counts) for counts in rearrested_by_links(as_of) if counts.eligible >= FEW_PEOPLE]


def range_of(run: Run, counts: Rearrested) -> LinkRange:
    """All three rates are of the same people, in steps of five of them: they differ by links alone, and never stand in another
    order."""
    return LinkRange(
        run=run,
        programme_id=counts.programme_id,
        offences=counts.offences,
        window_months=counts.months,
        rate_sure=_rate(counts.sure, counts.eligible_all),
        rate_expected=_rate(counts.expected, counts.eligible_all),
        rate_all=_rate(counts.every, counts.eligible_all),
    )


def _rate(rearrested: float, people: int) -> float:
    """Nobody and everybody are rounded like the rest: a true 0 is not told from a few."""
    step = disclosure.SMALL / people
    return min(round(rearrested / people / step) * step, 1.0)


def unsure_and_missed() -> dict[int, tuple[int, int]]:
    """Partner → how many of its people have an unsure link to somebody else's, and how many links of its people without a code may be
    missing, both in fives.

    Missing: of pairs that codes prove, names and dates alone would find a share s. Of n people without a code who are found by
    name about n (1 − s) / s more are there and not found. None, where codes prove no pair.
    """
    cut = log(SURE / (1 - SURE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT avg((weight >= %s)::int), count(*) FROM metrics_pair WHERE by_code", [cut])
        share, _pairs = cursor.fetchone()
        missed_for_each = (1 - float(share)) / float(share) if share else 0.0
        cursor.execute(
            f"""
            WITH either AS (
                SELECT person_id, other_id, by_code, probability FROM metrics_pair
                 UNION ALL SELECT other_id, person_id, by_code, probability FROM metrics_pair
            ),
            judged AS (
                SELECT e.person_id, bool_or({upkeep.UNSURE}) AS has_unsure, bool_or(NOT by_code AND {upkeep.SURE}) AS by_name
                  FROM either e GROUP BY 1
            )
            SELECT p.partner_id, count(*) FILTER (WHERE has_unsure),
                   count(*) FILTER (WHERE by_name AND p.code_index = '')
              FROM judged j JOIN cases_person p ON p.id = j.person_id GROUP BY 1
            """
        )
        rows: list[Any] = cursor.fetchall()
    return {
        partner: (disclosure.round_to_fives(unsure), disclosure.round_to_fives(round(by_name * missed_for_each)))
        for partner, unsure, by_name in rows
    }
