"""How referrals of the last twelve months were answered: counts, times, answers in the promised time.

Each pair's own figures are its work: the two partners, and the coordinator, see every referral counted as it is. What a receiver
made of a referral afterwards (started, came, completed) stands in its own row and in the totals, never in a sender's: there it
would tell of single people what they did not consent to be told. Everybody else sees one row, all together, of protected counts.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection

from metrics.protection.counts import Draws, ProtectedCount, State, member_seed
from metrics.protection.rates import rate
from metrics.referral_figures.models import ReferralResult
from metrics.runs.models import Run

ENOUGH = 10
"""Fewest referrals for a median or a rate."""
ENOUGH_FOR_ALL = 30
"""The same of what everybody sees."""

STATE_OUTCOMES = {
    "sent": "waiting",
    "acknowledged": "waiting",
    "waitlisted": "waitlisted",
    "accepted": "accepted",
    "enrolled": "accepted",
    "completed": "accepted",
    "ended_early": "accepted",
    "declined": "declined",
    "withdrawn": "withdrawn",
}
OUTCOMES = tuple(dict.fromkeys(STATE_OUTCOMES.values()))
STAGES = ("acknowledged", "answered")
"""How far referrals came, as both partners know it; acceptance is an outcome."""
OWN_STAGES = ("enrolled", "visited", "completed", "under_way")
"""How far they came at the receiver: who completed came, though nobody recorded it; under way are those who take part now."""
PROMISES = {"acknowledged": ("to_acknowledge", "acknowledged_in_time"), "answered": ("to_answer", "answered_in_time")}
"""What an agreement promises: in how many cases its time is over or it was done, and in how many of these in time."""
MARKS = ("late", *itertools.chain(*PROMISES.values()), *STAGES, *OWN_STAGES)
"""What is true of a referral or not, in the order of the query's columns."""
SQL = """
    SELECT r.from_partner_id, r.to_partner_id, r.state, r.reason_code, hashint8extended(r.id, %(seed)s),
           r.state IN ('sent', 'acknowledged') AND r.due_accept_at < now() OR r.state = 'sent' AND r.due_acknowledge_at < now(),
           r.due_acknowledge_at IS NOT NULL AND (first_at IS NOT NULL OR r.due_acknowledge_at < until),
           first_at <= r.due_acknowledge_at,
           r.due_accept_at IS NOT NULL AND (r.answered_at IS NOT NULL OR r.due_accept_at < until), r.answered_at <= r.due_accept_at,
           first_at IS NOT NULL, r.answered_at IS NOT NULL, r.enrolled_at IS NOT NULL,
           r.state = 'completed'
           OR EXISTS (SELECT FROM cases_session s
                       WHERE s.enrolment_id = r.enrolment_id AND s.attendance = 'attended' AND s.taken_back_at IS NULL),
           r.state = 'completed', r.state = 'enrolled',
           extract(epoch FROM r.acknowledged_at - r.sent_at) / 86400, extract(epoch FROM r.answered_at - r.sent_at) / 86400,
           extract(epoch FROM r.enrolled_at - r.sent_at) / 86400
      FROM referrals_referral r,
           -- Who withdraws before the promised time is over leaves no promise broken.
           LATERAL (SELECT coalesce(r.acknowledged_at, r.answered_at) AS first_at, coalesce(r.closed_at, now()) AS until) AS clock
     WHERE r.sent_at >= now() - interval '12 months' AND r.from_partner_id <> r.to_partner_id
"""


class Tally:
    """The referrals of a pair, a sender, a receiver or all: counts, the state that noise follows from, and days."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = defaultdict(int, dict.fromkeys((*OUTCOMES, *MARKS), 0))
        self.sent = 0
        self.states: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self.days: tuple[list[float], ...] = ([], [], [])

    def add(self, row: tuple[Any, ...]) -> None:
        """Counts a referral: a row of `SQL` without its partners."""
        state, reason, hashed, *rest = row
        marks, days = rest[: len(MARKS)], rest[len(MARKS) :]
        self.sent += 1
        self.counts[STATE_OUTCOMES[state]] += 1
        if state == "declined":
            self.counts[f"declined:{reason}"] += 1
        for name, is_so in zip(MARKS, marks, strict=True):
            self.counts[name] += bool(is_so)
        name = "|".join(map(str, (state, reason, *marks)))
        hashes, people = self.states[name]
        self.states[name] = (hashes + hashed, people + 1)
        for values, value in zip(self.days, days, strict=True):
            if value is not None:
                values.append(float(value))


def referrals(run: Run, draws: Draws) -> list[ReferralResult]:
    """Referrals of the last twelve months: per pair of partners, sender and receiver, and in all, as they are and protected."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"seed": member_seed()})
        rows = cursor.fetchall()
    tallies: dict[tuple[int | None, int | None], Tally] = defaultdict(Tally)
    for sender, receiver, *row in rows:
        for pair in ((sender, receiver), (sender, None), (None, receiver), (None, None)):
            tallies[pair].add(tuple(row))
    results = [_as_it_is(run, pair, tally) for pair, tally in tallies.items()]
    if everything := tallies.get((None, None)):
        results.append(_protected(run, everything, draws))
    return results


def _as_it_is(run: Run, pair: tuple[int | None, int | None], tally: Tally) -> ReferralResult:
    is_of_sender = pair[0] is not None
    counts = {name: count for name, count in tally.counts.items() if not (is_of_sender and name in OWN_STAGES)}
    result = ReferralResult(
        run=run, from_partner_id=pair[0], to_partner_id=pair[1], is_protected=False, sent=tally.sent, counts=counts
    )
    result.acknowledged_days, result.answered_days, result.started_days = _medians(tally.days, ENOUGH)
    promised, kept = (counts[name] for name in PROMISES["answered"])
    if promised >= ENOUGH:
        result.on_time_rate = kept / promised
    return result


def _protected(run: Run, tally: Tally, draws: Draws) -> ReferralResult:
    state = State.of(tally.states)

    def protected(count: int, cell: str) -> ProtectedCount:
        return draws.of_people(count, state, f"referrals, {cell}")

    counts = {name: protected(count, name).value for name, count in tally.counts.items()}
    # What is a sum is the sum of its parts, so that pages add up.
    counts["declined"] = sum(count for name, count in counts.items() if name.startswith("declined:"))
    shares = {}
    for promised, kept in PROMISES.values():
        in_time = protected(tally.counts[kept], kept)
        late = protected(tally.counts[promised] - tally.counts[kept], f"not {kept}")
        counts[kept], counts[promised] = in_time.value, (in_time + late).value
        shares[kept] = rate(in_time, late)
    result = ReferralResult(run=run, is_protected=True, sent=sum(counts[name] for name in OUTCOMES), counts=counts)
    result.acknowledged_days, result.answered_days, result.started_days = _medians(tally.days, ENOUGH_FOR_ALL)
    if share := shares["answered_in_time"]:
        result.on_time_rate = share.rate
    return result


def _medians(days: Iterable[list[float]], enough: int) -> list[float | None]:
    return [round(float(np.median(values)), 1) if len(values) >= enough else None for values in days]
