"""How many people took part in a partner's programmes in a period, in protected counts: the denominators of costs.

Nothing is computed ahead and nothing is stored. The noise follows from the period and from who is counted and how each of them fared,
so that the same data give the same figures. Periods are whole calendar years, and of the present year whole quarters: nobody takes one
day from another.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections

from metrics.protection.counts import NOBODY, Draws, ProtectedCount, State, member_seed
from partnership.isolation import replica
from partnership.members.models import Partner

SQL = (Path(__file__).resolve().parent.parent / "sql" / "participation.sql").read_text()


class Period(NamedTuple):
    """A calendar year; the present one up to its last whole quarter."""

    first: date
    last: date

    @classmethod
    def of_year(cls, year: int, today: date) -> Period | None:
        """None before the first quarter is over."""
        first = date(year, 1, 1)
        quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        last = min(date(year, 12, 31), quarter - timedelta(days=1))
        return cls(first, last) if last > first else None

    @property
    def months(self) -> list[date]:
        """The first day of each."""
        return [date(self.first.year, month, 1) for month in range(1, self.last.month + 1)]


class Participation(NamedTuple):
    """Of a programme in a period: people who came to at least one session, and people who completed."""

    came: ProtectedCount
    completed: ProtectedCount


NO_ONE = Participation(NOBODY, NOBODY)


def participation_of(partner: Partner, period: Period) -> dict[int, Participation]:
    """By programme; of a partner whose rows the reader sees. One query."""
    parameters: dict[str, Any] = {
        "partner": partner.pk,
        "first": period.first,
        "last": period.last,
        "seed": member_seed(),
    }
    with connections[replica.alias()].cursor() as cursor:
        cursor.execute(SQL, parameters)
        rows = cursor.fetchall()
    outcomes: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for programme, came, completed, people, hashes in rows:
        outcomes[programme][f"{came:d}{completed:d}"] = int(hashes), people
    draws = Draws(f"costs {partner.pk} {period.first} {period.last}")
    return {programme: _protected(programme, own, draws) for programme, own in outcomes.items()}


def _protected(programme: int, outcomes: dict[str, tuple[int, int]], draws: Draws) -> Participation:
    state = State.of(outcomes)

    def of(what: str, *names: str) -> ProtectedCount:
        people = sum(outcomes[name][1] for name in names if name in outcomes)
        return draws.of_people(people, state, f"costs, {programme}, {what}")

    return Participation(of("came", "10", "11"), of("completed", "01", "11"))
