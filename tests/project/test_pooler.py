"""Behind a pooler in transaction mode each transaction may run in another session of the database, after anybody else's."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import connection

from partnership.isolation import context
from partnership.isolation.acting import Acting
from partnership.members.models import Role
from tests import processes
from tests.pooler import PROGRAM, pooler
from tests.services import PASSWORD
from tests.systems import System
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not PROGRAM and os.environ.get("CI") != "true", reason="no PgBouncer on this machine"),
]
CALLERS, CALLS, SESSIONS = 6, 120, 2


@pytest.fixture
def address_of_the_pooler() -> Iterator[str]:
    server = connection.settings_dict
    with pooler(server["HOST"], server["PORT"] or 5432, PASSWORD, sessions=SESSIONS) as port:
        yield f"postgres://portal_web:{PASSWORD}@127.0.0.1:{port}/{server['NAME']}"


def read(address: str, token: str, path: str) -> list[int]:
    request = urllib.request.Request(f"{address}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 — our own server
    with urllib.request.urlopen(request, timeout=processes.PATIENCE) as answer:  # noqa: S310
        return [row["id"] for row in json.load(answer)["results"]]


def test_partners_that_share_sessions_see_their_own_and_nothing_else(address_of_the_pooler):
    world = World()
    other = Acting(world.member(world.other_ngo, Role.CASE_MANAGER, is_manager=True).membership)
    mine, theirs = System(world.case_manager), System(other)
    own: dict[str, set[int]] = {}
    for system, partner in ((mine, world.ngo), (theirs, world.other_ngo)):
        own[system.credential.client_id] = {world.person(partner).pk for _number in range(3)}
        system.token = system.get_token().json()["access_token"]
    port = processes.free_port()
    web = processes.web(connection.settings_dict["NAME"], port, DATABASE_URL=address_of_the_pooler, DATABASE_POOLED="1")
    try:
        address = f"http://127.0.0.1:{port}"
        processes.until(lambda: processes.answers(f"{address}/healthz"), web)
        systems = [mine, theirs] * (CALLS // 2)
        with ThreadPoolExecutor(CALLERS) as callers:
            seen = callers.map(lambda s: (s.credential.client_id, read(address, s.token, "persons")), systems)
            for client, found in seen:
                assert set(found) == own[client]
    finally:
        processes.stop(web)


def test_a_context_of_one_transaction_is_of_no_use_in_the_next(address_of_the_pooler):
    """Not even where it was set for the whole session, which the pooler hands on."""
    world = World()
    world.person(world.ngo)
    with psycopg2.connect(address_of_the_pooler) as first, first.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        said, signature = context.signed(
            partner_id=world.ngo.pk, role="caseworker", user_id=None, session=cursor.fetchone()[0]
        )
        cursor.execute("SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", [said, signature])  # fmt: skip
        cursor.execute("SELECT count(*) FROM cases_person")
        assert cursor.fetchone()[0] == 1
    first.close()
    for _session in range(SESSIONS + 1):
        with psycopg2.connect(address_of_the_pooler) as later, later.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_person")
            assert cursor.fetchone()[0] == 0
        later.close()


def test_limits_of_the_role_hold_behind_it(address_of_the_pooler):
    with psycopg2.connect(address_of_the_pooler) as session, session.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('jit')")
        assert cursor.fetchone() == ("30s", "off")
    session.close()
