"""How good the data is that the figures rest on: police feeds, linkage, and how referrals were answered."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from metrics.models import FeedQuality, LinkQuality, ReferralResult, Run
from metrics.statistics import disclosure
from metrics.statistics.disclosure import Relation

LATE_AFTER = 45
"""Days after which a feed counts as late."""
LOOK_BACK = 36
DROP = 0.5
"""A month with less than this share of the median of the twelve before is a sudden drop."""
UNCODED = 0.02
ENOUGH = 10


# --- Feeds -------------------------------------------------------------------------------------------------------------------


def feeds(run: Run, as_of: date) -> list[FeedQuality]:
    """Late, missing months, sudden drops, offences without a code beyond their section."""
    today = timezone.localdate()
    since = (as_of - timedelta(days=31 * LOOK_BACK)).replace(day=1)
    monthly: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
    uncoded: dict[tuple[int, int], float] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT partner_id, district_id, date_trunc('month', arrested_on::timestamp)::date, count(*) FROM cases_arrest"
            " WHERE arrested_on >= %s GROUP BY 1, 2, 3",
            [since],
        )
        for partner, district, month, count in cursor.fetchall():
            monthly[partner, district][month] = count
        # '06' alone: the police said that substances were involved, not which act: no figure on drugs can count it.
        cursor.execute(
            "SELECT a.partner_id, a.district_id, avg((o.iccs IN ('06', '11', '0601'))::int) FROM cases_arrest a"
            " JOIN cases_offence o ON o.arrest_id = a.id WHERE a.arrested_on >= %s GROUP BY 1, 2",
            [since],
        )
        for partner, district, share in cursor.fetchall():
            uncoded[partner, district] = float(share)
        cursor.execute("SELECT partner_id, district_id, complete_through FROM cases_feed ORDER BY 1, 2")
        rows = cursor.fetchall()
    found = []
    for partner, district, complete in rows:
        counts = monthly.get((partner, district), {})
        missing, drops = gaps(counts, complete)
        share = uncoded.get((partner, district))
        late = max(0, (today - complete).days)
        problems = [
            name
            for name, is_so in (
                ("late", late > LATE_AFTER),
                ("missing_months", bool(missing)),
                ("sudden_drops", bool(drops)),
                ("uncoded", share is not None and share > UNCODED),
            )
            if is_so
        ]
        found.append(
            FeedQuality(
                run=run,
                partner_id=partner,
                district_id=district,
                complete_through=complete,
                days_late=late,
                missing_months=[m.isoformat() for m in missing],
                sudden_drops=[m.isoformat() for m in drops],
                uncoded_share=None if share is None else round(share, 3),
                problems=problems,
            )
        )
    return found


def gaps(counts: dict[date, int], complete: date) -> tuple[list[date], list[date]]:
    """(months without any arrest, months with suddenly few) between the first month with arrests and the last whole one.

    A month is missing only where ten a month are usual: in a small district a quiet month is no sign.
    """
    if not counts:
        return [], []
    months = []
    month = min(counts)
    while month + timedelta(days=31) <= complete + timedelta(days=1) or _end(month) <= complete:
        months.append(month)
        month = _end(month) + timedelta(days=1)
    missing, drops = [], []
    for position, month in enumerate(months):
        before = [counts.get(m, 0) for m in months[max(0, position - 12) : position]]
        usual = float(np.median(before)) if len(before) >= 6 else 0
        count = counts.get(month, 0)
        if usual >= ENOUGH and count == 0:
            missing.append(month)
        elif usual >= 2 * ENOUGH and count < DROP * usual:
            drops.append(month)
    return missing, drops


def _end(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


# --- Linkage -----------------------------------------------------------------------------------------------------------------


def links(run: Run) -> list[LinkQuality]:
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("code", "name", "ambiguous", "nothing"), 0))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.partner_id, l.how, count(*) FROM metrics_link l JOIN cases_person p ON p.id = l.person_id GROUP BY 1, 2"
        )
        for partner, how, count in cursor.fetchall():
            found[partner][how] = count
    results = []
    for partner, counts in found.items():
        values = {**counts, "people": sum(counts.values())}
        secret = disclosure.withheld(values, [Relation("people", tuple(counts))])
        shown: dict[str, Any] = {name: None if name in secret else count for name, count in values.items()}
        results.append(
            LinkQuality(
                run=run,
                partner_id=partner,
                by_code=shown["code"],
                by_name=shown["name"],
                ambiguous=shown["ambiguous"],
                nothing=shown["nothing"],
                people=shown["people"],
            )
        )
    return results


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
