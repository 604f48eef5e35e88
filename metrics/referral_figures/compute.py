"""How referrals were answered in the last twelve months, by outcome, reason and pair of partners."""

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


# --- Referrals ---------------------------------------------------------------------------------------------------------------

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
    """Referrals of the last twelve months, per pair of partners, per sender, per receiver and in all."""
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
    ends: dict[tuple[int | None, int | None], list[tuple[Any, ...]]] = defaultdict(list)
    for sender, receiver, *row in rows:
        for pair in ((sender, receiver), (sender, None), (None, receiver), (None, None)):
            ends[pair].append(tuple(row))
    values: dict[Any, int] = {}
    relations: list[Relation] = []
    counted: dict[tuple[int | None, int | None], dict[str, int]] = {}
    for pair, parts in ends.items():
        counts = dict.fromkeys((*OUTCOMES, "late"), 0)
        for state, reason, count, late, *_ in parts:
            counts[STATE_OUTCOMES[state]] += count
            counts["late"] += late
            if state == "declined":
                counts[f"declined:{reason}"] = counts.get(f"declined:{reason}", 0) + count
        counted[pair] = counts
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
    names = {name for counts in counted.values() for name in counts} | {"sent"}
    for name in names:
        for pair in list(ends):
            if pair != (None, None) and (pair, name) not in values:
                values[pair, name] = 0
        values.setdefault(((None, None), name), 0)
        pairs = [pair for pair in ends if None not in pair]
        for total in ends:
            if total == (None, None):
                parts_of = pairs
            elif total[0] is None:
                parts_of = [pair for pair in pairs if pair[1] == total[1]]
            elif total[1] is None:
                parts_of = [pair for pair in pairs if pair[0] == total[0]]
            else:
                continue
            relations.append(Relation((total, name), tuple((pair, name) for pair in parts_of)))
    unseen = {cell for cell in values if cell[1] == "in time"}
    secret = disclosure.withheld(values, relations, never_published=unseen)
    found = []
    for pair, parts in ends.items():
        sent = values[pair, "sent"]
        result = ReferralResult(
            run=run,
            from_partner_id=pair[0],
            to_partner_id=pair[1],
            sent=None if (pair, "sent") in secret else sent,
            counts={name: None if (pair, name) in secret else count for name, count in counted[pair].items()},
        )
        acknowledged, answered, started = (
            [float(v) for part in parts for v in part[position] or []] for position in (6, 7, 8)
        )
        result.acknowledged_days = _median(acknowledged)
        result.answered_days = _median(answered)
        result.started_days = _median(started)
        promised, kept = (sum(part[position] for part in parts) for position in (4, 5))
        if promised >= ENOUGH and not disclosure.is_small(kept) and not disclosure.is_small(promised - kept):
            result.on_time_rate = disclosure.round_rate(kept / promised, promised)
        found.append(result)
    return found


def _median(days: list[float]) -> float | None:
    return round(float(np.median(days)), 1) if len(days) >= ENOUGH else None
