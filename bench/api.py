"""The API at a million referrals: a list against raw psycopg2 and orjson doing the same by hand, a deep page against the first, export against COPY."""

from __future__ import annotations

import hashlib
import io
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.database import Figure, sized
from bench.lists import filled_world, interleaved

SIZE = 100
DEEP = 10_000
RAW = """
    SELECT id, kind, state, from_partner_id, to_partner_id, programme_id, person_id, is_urgent, reason_code, expected_on,
           referred_on_from_id, enrolment_id, sent_at, acknowledged_at, answered_at, enrolled_at, closed_at,
           due_acknowledge_at, due_accept_at, changed_at, version
      FROM referrals_referral WHERE to_partner_id = %s AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 101
"""
# Whoever knows a token learns from the database whose it is, and by no other way.
CALLER = "SELECT client_partner_id, membership_user_id, client_id, client_scopes, scope FROM portal_caller(%s)"
LOG = """
    INSERT INTO partnership_readlog (partner_id, user_id, at, what, object_id, count, client_id, scope, purpose, words, people)
    VALUES (%s, %s, now(), 'api referrals', 0, 100, %s, 'referrals:read', 'casework', '', %s)
"""


def run() -> Iterator[Figure]:
    import orjson
    from django.core import signing
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections, connection

    from partnership.api.models import ApiClient
    from partnership.isolation import context
    from partnership.project.wsgi import application
    from referrals.handover.models import Referral
    from tests.systems import System
    from tests.world import database_role

    world = filled_world()
    system = System(world.case_manager)
    ApiClient.objects.update(requests_per_minute=10**9)
    token = system.get_token().json()["access_token"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)

    def call(address: str, sink: object = None) -> bytes:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
            "HTTP_AUTHORIZATION": f"Bearer {token}", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        status: list[str] = []
        sent: list[bytes] = []

        def start(line: str, headers: list[tuple[str, str]], problem: object = None) -> Callable[[bytes], object]:
            status.append(line)
            return sent.append

        answer = application(environ, start)
        try:
            size = 0
            body = b""
            for chunk in answer:
                size += len(chunk)
                if sink is None:
                    body += chunk
        finally:
            answer.close()
        assert status[0].startswith("200"), status
        return body if sink is None else size.to_bytes(8, "big")

    # A connection of its own, on which the partner is set for good: what a plain program would do.
    plain = connection.copy()
    with plain.cursor() as cursor:
        cursor.execute("SET ROLE portal_web")
        session = plain.connection.info.backend_pid
        act = "SELECT set_config('portal.context', %s, false), set_config('portal.signature', %s, false)"
        cursor.execute(act, context.signed(partner_id=world.ngo.pk, role="x", user_id=None, session=session))

        def raw() -> list[int]:
            """Returns the numbers of the people in it, for the log."""
            cursor.execute(RAW, [world.ngo.pk])
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            orjson.dumps(rows, option=orjson.OPT_UTC_Z)
            return sorted(row["person_id"] for row in rows)

        def raw_request() -> None:
            """What a handler written by hand must do for the same: know the caller, set the partner, read, log, commit."""
            cursor.execute("BEGIN")
            cursor.execute(CALLER, [hashlib.sha256(token.encode()).hexdigest()])
            partner, user, client, scopes, token_scopes = cursor.fetchone()
            assert "referrals:read" in set(scopes) & set(token_scopes.split())
            cursor.execute(act, context.signed(partner_id=partner, role="x", user_id=user, session=session))
            people = raw()
            cursor.execute(LOG, [partner, user, client, people])
            cursor.execute("COMMIT")

        ids = list(Referral.objects.filter(to_partner=world.ngo).order_by("-id").values_list("id", flat=True)[::SIZE])
        deep = signing.dumps([ids[min(DEEP, len(ids) - 2)]], salt="page -id")
        base = f"/api/v1/referrals?limit={SIZE}&direction=incoming"
        addresses = {
            "first": base,
            "deep": f"{base}&cursor={deep}",
            "both": f"/api/v1/referrals?limit={SIZE}",
            "sparse": f"{base}&fields=state,changed_at",
        }

        with database_role("web"):
            times = interleaved(
                {"raw": raw, "raw_request": raw_request}
                | {name: partial(call, address) for name, address in addresses.items()},
                sized(200, 10),
            )
    middle = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in middle.items():
        yield Figure(f"api.list_{name}", 1000 * seconds, "ms")
    yield Figure("api.list_to_bare_query", middle["first"] / middle["raw"], "times")
    ratio = middle["first"] / middle["raw_request"]
    yield Figure("api.list_to_raw_request", ratio, "times", "at most 3", ratio <= 3)
    ratio = middle["deep"] / middle["first"]
    yield Figure("api.deep_page_to_first", ratio, "times", "at most 1.2", ratio <= 1.2)

    office = System(world.coordinator)
    ApiClient.objects.update(requests_per_minute=10**9)
    token = office.get_token().json()["access_token"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with database_role("web"):
        before = rss()
        peak = [before]
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.02):
                peak.append(rss())

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.perf_counter()
        size = int.from_bytes(call("/api/v1/exports/referrals", sink=True), "big")
        ours = time.perf_counter() - start
        stop.set()
        watcher.join()
    with connection.cursor() as cursor:
        from django.db import transaction

        from partnership.isolation.acting import enter
        from referrals.handover.api import ReferralExport

        rows = Referral.objects.seen_by(world.coordinator).order_by().values(*ReferralExport.columns)
        sql, parameters = rows.query.sql_with_params()
        with transaction.atomic(), database_role("web"):
            enter(partner_id=world.office.pk, role="coordinator")
            with Path("/dev/null").open("wb") as sink:
                start = time.perf_counter()
                cursor.copy_expert(
                    f"COPY ({cursor.mogrify(sql, parameters).decode()}) TO STDOUT WITH (FORMAT csv, HEADER)", sink
                )
                floor = time.perf_counter() - start
    yield Figure("api.export_size", size / 1e6, "MB")
    yield Figure("api.export", ours, "s")
    yield Figure("api.export_to_copy", ours / floor, "times", "at most 3", ours <= 3 * floor)
    yield Figure("api.export_memory_grown", max(peak) - before, "MB", "at most 150", max(peak) - before <= 150)


def rss() -> float:
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024
