"""How referrals of the last twelve months were answered: counts, protected; times; answers in the promised time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from django.db import connection

from metrics.protection import disclosure
from metrics.protection.disclosure import Relation
from metrics.referral_figures.models import ReferralResult
from metrics.runs.models import Run

ENOUGH = 10
"""Fewest referrals for a median or a rate; fewest arrests a month for a month without any to be a sign."""

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


def referrals(run: Run) -> list[ReferralResult]:
    """Referrals of the last twelve months, per pair of partners, per sender, per receiver and in all. Small counts, and what
    would tell them, are withheld; medians in days."""
    sql = """
        SELECT from_partner_id, to_partner_id, state, reason_code, count(*),
               count(*) FILTER (WHERE state IN ('sent', 'acknowledged') AND due_accept_at < now()
                                   OR state = 'sent' AND due_acknowledge_at < now()) AS late,
               count(*) FILTER (WHERE due_accept_at IS NOT NULL
                                  AND (answered_at IS NOT NULL OR due_accept_at < now())) AS promised,
               count(*) FILTER (WHERE answered_at <= due_accept_at) AS kept,
               array_agg(extract(epoch FROM acknowledged_at - sent_at) / 86400) FILTER (WHERE acknowledged_at IS NOT NULL),
               array_agg(extract(epoch FROM answered_at - sent_at) / 86400) FILTER (WHERE answered_at IS NOT NULL),
               array_agg(extract(epoch FROM enrolled_at - sent_at) / 86400) FILTER (WHERE enrolled_at IS NOT NULL)
          FROM referrals_referral
         WHERE sent_at >= now() - interval '12 months' AND from_partner_id <> to_partner_id
         GROUP BY 1, 2, 3, 4
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    rows_by_pair: dict[tuple[int | None, int | None], list[tuple[Any, ...]]] = defaultdict(list)
    for sender, receiver, *row in rows:
        for pair in ((sender, receiver), (sender, None), (None, receiver), (None, None)):
            rows_by_pair[pair].append(tuple(row))
    values: dict[Any, int] = {}
    relations: list[Relation] = []
    counts_of: dict[tuple[int | None, int | None], dict[str, int]] = {}
    for pair, parts in rows_by_pair.items():
        counts = dict.fromkeys((*OUTCOMES, "late"), 0)
        for state, reason, count, late, *_ in parts:
            counts[STATE_OUTCOMES[state]] += count
            counts["late"] += late
            if state == "declined":
                counts[f"declined:{reason}"] = counts.get(f"declined:{reason}", 0) + count
        counts_of[pair] = counts
        values[pair, "sent"] = sum(counts[name] for name in OUTCOMES)
        values.update({(pair, name): count for name, count in counts.items()})
        values[pair, "in time"] = counts["waiting"] - counts["late"]
        relations += [
            Relation((pair, "sent"), tuple((pair, name) for name in OUTCOMES)),
            Relation((pair, "waiting"), ((pair, "late"), (pair, "in time"))),
        ]
        reasons = tuple((pair, name) for name in counts if name.startswith("declined:"))
        if reasons:
            relations.append(Relation((pair, "declined"), reasons))
    # Pairs add up to their sender's, their receiver's and all of it, in every count that all of them have.
    names = {name for counts in counts_of.values() for name in counts} | {"sent"}
    for name in names:
        for pair in list(rows_by_pair):
            if pair != (None, None) and (pair, name) not in values:
                values[pair, name] = 0
        values.setdefault(((None, None), name), 0)
        pairs = [pair for pair in rows_by_pair if None not in pair]
        for total in rows_by_pair:
            if total == (None, None):
                parts_of = pairs
            elif total[0] is None:
                parts_of = [pair for pair in pairs if pair[1] == total[1]]
            elif total[1] is None:
                parts_of = [pair for pair in pairs if pair[0] == total[0]]
            else:
                continue
            relations.append(Relation((total, name), tuple((pair, name) for pair in parts_of)))
    unpublished = {cell for cell in values if cell[1] == "in time"}
    withheld = disclosure.withheld(values, relations, never_published=unpublished)
    results = []
    for pair, parts in rows_by_pair.items():
        sent = values[pair, "sent"]
        result = ReferralResult(
            run=run,
            from_partner_id=pair[0],
            to_partner_id=pair[1],
            sent=None if (pair, "sent") in withheld else sent,
            counts={name: None if (pair, name) in withheld else count for name, count in counts_of[pair].items()},
        )
        acknowledged, answered, started = (
            [float(v) for part in parts for v in part[position] or []] for position in (6, 7, 8)
        )
        result.acknowledged_days = _median(acknowledged)
        result.answered_days = _median(answered)
        result.started_days = _median(started)
        promised, kept_promises = (sum(part[position] for part in parts) for position in (4, 5))
        if (
            promised >= ENOUGH
            and not disclosure.is_small(kept_promises)
            and not disclosure.is_small(promised - kept_promises)
        ):
            result.on_time_rate = disclosure.round_rate(kept_promises / promised, promised)
        results.append(result)
    return results


def _median(days: list[float]) -> float | None:
    return round(float(np.median(days)), 1) if len(days) >= ENOUGH else None
