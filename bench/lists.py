"""The referral list at a million rows: the page against an empty signed-in page, row-level security against a plain WHERE."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from bench import database
from bench.database import Figure, sized

if TYPE_CHECKING:
    from django.test import Client

    from tests.world import World

ROWS = sized(1_000_000, 10_000)
PARTNERS = 40
DAYS = 730
"""Over so many days the referrals are spread."""


def run() -> Iterator[Figure]:
    from django.db import connection, transaction

    from partnership.isolation.acting import enter
    from tests.world import database_role

    world = filled_world()
    client = world.client(world.caseworker)
    pages = {
        "empty": "/profile/",
        "list": "/referrals/?box=incoming",
        "filtered": "/referrals/?box=incoming&state=sent",
    }
    times = interleaved({name: partial(open_page, client, address) for name, address in pages.items()}, sized(60, 5))
    p95 = {name: statistics.quantiles(values, n=20)[18] for name, values in times.items()}
    yield Figure("lists.rows", ROWS, "referrals")
    yield Figure("lists.empty_page_p95", 1000 * p95["empty"], "ms")
    yield Figure("lists.list_page_p95", 1000 * p95["list"], "ms")
    for name in ("list", "filtered"):
        ratio = p95[name] / p95["empty"]
        yield Figure(f"lists.{name}_page_to_empty_page", ratio, "times", "at most 5", ratio <= 5)

    # The list's own query, as the page sends it; and the bare count of what the receiver sees.
    queries = {
        "first_page": (query_of_list(client, pages["list"]), sized(300, 5)),
        "deep_page": (query_of_list(client, f"{pages['list']}&after={key_before(300, world)}"), sized(300, 5)),
        "count": (
            f"SELECT count(*) FROM referrals_referral WHERE to_partner_id = {world.ngo.pk} AND sent_at IS NOT NULL",
            sized(25, 5),
        ),
    }
    with connection.cursor() as cursor:
        for name, (sql, rounds) in queries.items():

            def plain(sql: str = sql) -> None:
                cursor.execute(sql)
                cursor.fetchall()

            with transaction.atomic():
                # The owner is subject to no policy: the same query with its WHERE alone.
                without, with_policy = [], []
                for _ in range(rounds):
                    without.append(timed(plain))
                    with database_role("web"):
                        enter(partner_id=world.ngo.pk, role="caseworker")
                        with_policy.append(timed(plain))
            ratio = statistics.median(with_policy) / statistics.median(without)
            yield Figure(f"lists.{name}_without_policy", 1000 * statistics.median(without), "ms")
            yield Figure(f"lists.{name}_policy_to_plain", ratio, "times", "at most 1.2", ratio <= 1.2)


@cache
def filled_world() -> World:
    """The world with so many referrals, of which its NGO receives its share."""
    world = database.world()
    fill(world)
    return world


def query_of_list(client: Client, address: str) -> str:
    """The query by which the page at `address` reads its rows."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        open_page(client, address)
    [sql] = [q["sql"] for q in queries if 'FROM "referrals_referral"' in q["sql"] and "LIMIT 26" in q["sql"]]
    return str(sql)


def key_before(days: int, world: World) -> str:
    """The key from which the list goes on with what last changed so many days ago."""
    from django.utils import timezone

    from partnership.pages.paging import page_by_key
    from referrals.handover.lists import REFERRAL_LIST
    from referrals.handover.models import Referral

    older = Referral.objects.incoming(world.ngo).filter(changed_at__lte=timezone.now() - timedelta(days=days))
    _, newest_first = REFERRAL_LIST.sort("newest")
    return page_by_key(older, newest_first.order, size=1).next_after


def fill(world: World) -> None:
    """A million referrals between forty partners over two years; the world's NGO receives its share."""
    from django.db import connection

    from partnership.agreements.models import Agreement
    from partnership.members.models import Partner
    from programs.catalogue.models import Programme

    Agreement.objects.update(legal_basis=Agreement.LegalBasis.PUBLIC_TASK)  # the copies have no consent
    world.sent()  # one whole referral, whose rows the others copy
    ids = [world.ngo.pk] + [Partner.objects.create(name=f"Partner {n}", kind="ngo").pk for n in range(PARTNERS - 1)]
    programmes = [world.programme.pk] + [
        Programme.objects.create(partner_id=pk, name="Counselling", kind="diversion").pk for pk in ids[1:]
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'referrals_referral' AND column_name NOT IN ('id', 'to_partner_id', 'from_partner_id', 'changed_at', 'state', 'sent_at', 'consent_id', 'kind', 'reason_code', 'programme_id')"
        )
        columns = cursor.fetchone()[0]
        cursor.execute(
            f"""
            INSERT INTO referrals_referral ({columns}, to_partner_id, programme_id, from_partner_id, changed_at, state, sent_at, kind, reason_code)
            SELECT {columns}, (%(ids)s::bigint[])[1 + n %% %(partners)s], (%(programmes)s::bigint[])[1 + n %% %(partners)s],
                   from_partner_id,
                   now() - n * make_interval(secs => %(apart)s), (ARRAY['sent', 'acknowledged', 'accepted', 'declined'])[1 + n / 40 %% 4],
                   now() - n * make_interval(secs => %(apart)s), kind, CASE WHEN n / 40 %% 4 = 3 THEN 'no_capacity' ELSE '' END
              FROM referrals_referral CROSS JOIN generate_series(1, %(rows)s) AS n
            """,
            {
                "ids": ids,
                "programmes": programmes,
                "partners": PARTNERS,
                "rows": ROWS - 1,
                "apart": timedelta(days=DAYS).total_seconds() / ROWS,
            },
        )
        # What the page shows beside the row, for the receiver's newest thousand.
        cursor.execute(
            """
            INSERT INTO referrals_disclosure (referral_id, from_partner_id, to_partner_id, open_days, first_names, last_name, born_on,
                   identity_code, phone, email, safe_contact, never_contact)
            SELECT r.id, r.from_partner_id, r.to_partner_id, '{}', d.first_names, d.last_name, d.born_on, d.identity_code, '', '', '', ''
              FROM (SELECT * FROM referrals_referral WHERE to_partner_id = %s ORDER BY changed_at DESC LIMIT 1000) r
             CROSS JOIN (SELECT * FROM referrals_disclosure LIMIT 1) d
            ON CONFLICT DO NOTHING
            """,
            [ids[0]],
        )
        cursor.execute(
            """
            INSERT INTO referrals_need (referral_id, from_partner_id, to_partner_id, open_days, age_band, sex, language, summary,
                   unfit_reason, needs_interpreter, access, staff_risk)
            SELECT referral_id, from_partner_id, to_partner_id, '{}', '25_34', 'female', '', '', '', false, '', '' FROM referrals_disclosure
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute("VACUUM ANALYZE referrals_need")
        cursor.execute("VACUUM ANALYZE referrals_referral")
        cursor.execute("VACUUM ANALYZE referrals_disclosure")


def open_page(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def interleaved(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Times the actions in turn, so that a machine that slows down slows them all; the first rounds warm up."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 5):
        for name, action in actions.items():
            seconds = timed(action)
            if number >= 5:
                times[name].append(seconds)
    return times
