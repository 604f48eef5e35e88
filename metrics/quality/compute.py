"""How good the data is that the figures rest on: police feeds, and linkage."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from metrics.protection.counts import Draws, State, member_seed
from metrics.quality import linkage
from metrics.quality.models import FeedQuality, LinkQuality
from metrics.referral_figures.compute import ENOUGH
from metrics.runs.models import Run

HOW = ("code", "name", "unsure", "nothing")
LATE_AFTER = 45
"""Days after which a feed counts as late."""
LOOK_BACK = 36
"""Months of arrests that are looked at."""
DROP = 0.5
"""A month with less than this share of the median of the twelve before is a sudden drop."""
UNCODED = 0.02
"""With more than this share of offences without a full code, a feed has a problem."""


# --- Feeds -------------------------------------------------------------------------------------------------------------------


def feeds(run: Run, as_of: date) -> list[FeedQuality]:
    """Each feed: days late, missing months, sudden drops, share of offences without a code beyond their section, rows refused in
    files that would have moved it on; and which of these are problems. Arrests of the last `LOOK_BACK` months up to `as_of`."""
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
        # A file of which rows were refused does not move its feed, nor begin it; one without, for as long a time, settles it.
        cursor.execute(
            "SELECT i.partner_id, d.district_id, sum(i.rows_bad) FROM cases_dataimport i"
            " CROSS JOIN unnest(i.district_ids) AS d (district_id)"
            " LEFT JOIN cases_feed f ON f.partner_id = i.partner_id AND f.district_id = d.district_id"
            " WHERE i.state = 'done' AND i.rows_bad > 0 AND i.complete_through > coalesce(f.complete_through, '-infinity')"
            " GROUP BY 1, 2"
        )
        refused = {(partner, district): int(rows) for partner, district, rows in cursor.fetchall()}
        cursor.execute("SELECT partner_id, district_id, complete_through FROM cases_feed")
        feed_ends = {(partner, district): complete for partner, district, complete in cursor.fetchall()}
    qualities = []
    for partner, district in sorted(feed_ends.keys() | refused.keys()):
        complete = feed_ends.get((partner, district))
        counts = monthly.get((partner, district), {})
        missing, drops = gaps(counts, complete) if complete else ([], [])
        share = uncoded.get((partner, district))
        late = max(0, (today - complete).days) if complete else None
        rows_refused = refused.get((partner, district), 0)
        problems = [
            name
            for name, is_so in (
                ("late", late is not None and late > LATE_AFTER),
                ("missing_months", bool(missing)),
                ("sudden_drops", bool(drops)),
                ("uncoded", share is not None and share > UNCODED),
                ("rows_refused", bool(rows_refused)),
            )
            if is_so
        ]
        qualities.append(
            FeedQuality(
                run=run,
                partner_id=partner,
                district_id=district,
                complete_through=complete,
                days_late=late,
                missing_months=[m.isoformat() for m in missing],
                sudden_drops=[m.isoformat() for m in drops],
                uncoded_share=None if share is None else round(share, 3),
                rows_refused=rows_refused,
                problems=problems,
            )
        )
    return qualities


def gaps(counts: dict[date, int], complete: date) -> tuple[list[date], list[date]]:
    """(months without any arrest, months with suddenly few) between the first month with arrests and the last whole one.

    A month is missing only where ten a month are usual: in a small district a quiet month is no sign.
    """
    if not counts:
        return [], []
    months = []
    month = min(counts)
    while month + timedelta(days=31) <= complete + timedelta(days=1) or _last_day(month) <= complete:
        months.append(month)
        month = _last_day(month) + timedelta(days=1)
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


def _last_day(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


# --- Linkage -----------------------------------------------------------------------------------------------------------------


def links(run: Run, draws: Draws) -> list[LinkQuality]:
    """How each partner's people were linked, and how many have unsure links or may miss one, as protected counts of people."""
    linked_people: dict[int, dict[str, tuple[int, int]]] = defaultdict(lambda: dict.fromkeys(HOW, (0, 0)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.partner_id, l.how, sum(hashint8extended(p.id, %s)), count(*)"
            " FROM metrics_link l JOIN cases_person p ON p.id = l.person_id GROUP BY 1, 2",
            [member_seed()],
        )
        for partner, how, hashes, people in cursor.fetchall():
            linked_people[partner][how] = (int(hashes), people)
    links_by_name = linkage.found_by_name()
    missed_for_each = linkage.missed_for_each(draws)
    results = []
    for partner, counts in linked_people.items():
        by_name = links_by_name.get(partner, linkage.NO_LINKS)
        state = State.of({**counts, **by_name._asdict()})
        shares = {
            name: draws.of_people(people, state, f"linked by {name}").value
            for name, (_hashes, people) in (counts | by_name._asdict()).items()
        }
        results.append(
            LinkQuality(
                run=run,
                partner_id=partner,
                by_code=shares["code"],
                by_name=shares["name"],
                unsure=shares["unsure"],
                nothing=shares["nothing"],
                people=sum(shares[how] for how in HOW),
                unsure_links=shares["unsure_links"],
                missed_links=round(shares["without_code"] * missed_for_each),
            )
        )
    return results
