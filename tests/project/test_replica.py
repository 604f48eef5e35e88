"""What only reads may be read from a streaming replica: under the same policies, no further behind than allowed, and never by who has
just written."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg2.extensions import make_dsn, parse_dsn

from partnership.audit_trail.models import ReadLog
from partnership.isolation import context
from partnership.isolation import replica as of_portal
from partnership.isolation.acting import Acting
from partnership.local import embedded
from partnership.members.models import Role
from partnership.project.json_cache import Away
from partnership.project.replica_reads import ReadsFromReplica, may_answer
from tests import processes
from tests.replica import Pair, Server, with_replica
from tests.services import PASSWORD, VAR
from tests.shared_worlds import tower
from tests.systems import System
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a token of the people who watch"
NEVER_TOO_FAR = "1000000"


@dataclass
class Portal:
    """A web process that reads from the replica."""

    address: str
    process: processes.Process

    def get(self, path: str, **headers: str) -> tuple[Any, bool]:
        """The answer, and whether the replica gave it."""
        request = urllib.request.Request(self.address + path, headers=headers)  # noqa: S310 — our own server
        with urllib.request.urlopen(request, timeout=processes.PATIENCE) as answer:  # noqa: S310
            return answer.read().decode(errors="replace"), answer.headers["Portal-Replica-Lag"] is not None

    def people(self, system: System) -> tuple[set[int], bool]:
        """Numbers of the people that a partner's system lists."""
        text, is_of_replica = self.get("/api/v1/persons", Authorization=f"Bearer {system.token}")
        return {row["id"] for row in json.loads(text)["results"]}, is_of_replica

    def add_person(self, system: System) -> int:
        body = {"first_names": "Aino", "last_name": "Virta", "born_on": "1990-05-17", "sex": "female"}
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}/api/v1/persons",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {system.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=processes.PATIENCE) as answer:  # noqa: S310
            number: int = json.load(answer)["id"]
        return number


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: Any) -> Iterator[Pair]:
    """The database of these tests with its replica: copies of the server of all tests."""
    admin = os.environ.get("PORTAL_TEST_ADMIN_URL") or embedded.admin_url(VAR)
    usual = dict(connection.settings_dict)
    with django_db_blocker.unblock(), with_replica(make_dsn(**parse_dsn(admin))) as made:
        tower.take_down()
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": made.primary.port}
        yield made
        connection.close()
        connection.settings_dict |= usual


def address_of(server: Server) -> str:
    return f"postgres://portal_web:{PASSWORD}@127.0.0.1:{server.port}/{connection.settings_dict['NAME']}"


@pytest.fixture(scope="module")
def process(pair: Pair, django_db_blocker: Any) -> Iterator[Portal]:
    """It takes the replica however far it is behind."""
    port = processes.free_port()
    more = {"DATABASE_URL": address_of(pair.primary), "REPLICA_URL": address_of(pair.replica), "METRICS_TOKEN": TOKEN}
    with django_db_blocker.unblock():
        web = processes.web(connection.settings_dict["NAME"], port, REPLICA_MAX_LAG=NEVER_TOO_FAR, **more)
        try:
            portal = Portal(f"http://127.0.0.1:{port}", web)
            processes.until(lambda: processes.answers(f"{portal.address}/healthz"), web)
            yield portal
        finally:
            processes.kill(web)  # nothing of it is needed any more, and it would take its time


@pytest.fixture
def portal(process: Portal, pair: Pair) -> Iterator[Portal]:
    yield process
    if pair.replica.process.is_alive():
        pair.go_on()


@pytest.fixture
def world() -> World:
    return World()


def system(acting: Acting, name: str = "System") -> System:
    made = System(acting, name=name)
    made.token = made.get_token().json()["access_token"]
    return made


def signed_in(world: World, acting: Acting) -> dict[str, str]:
    return {"Cookie": f"sessionid={world.client(acting).session.session_key}"}


class TestWhatIsReadFromIt:
    def test_figures_exports_lists_of_the_api_and_public_pages(self, world, portal, pair):
        coordinator, caseworker = signed_in(world, world.coordinator), signed_in(world, world.caseworker)
        token = {"Authorization": f"Bearer {system(world.case_manager).token}"}
        nobody: dict[str, str] = {}
        pair.catch_up()
        from_replica = [
            ("/figures/recidivism/", coordinator), ("/figures/referrals/", coordinator), ("/people/export/?format=csv", caseworker),
            ("/people/export/?format=xlsx", caseworker), ("/api/v1/persons", token), ("/api/v1/exports/enrolments", token),
            ("/find-help/", nobody), ("/results/", nobody),
        ]  # fmt: skip
        from_primary = [
            ("/", caseworker), ("/people/", caseworker), ("/referrals/", caseworker), ("/accounts/login/", nobody),
            ("/api/v1/persons?updated_since=2000-01-01T00:00:00Z", token),
        ]  # fmt: skip
        for addresses, is_expected in ((from_replica, True), (from_primary, False)):
            for path, who in addresses:
                try:
                    assert portal.get(path, **who)[1] is is_expected, path
                except urllib.error.HTTPError as error:
                    raise AssertionError(f"{path}: {error.code}\n{portal.process}") from error
        assert "Read from a copy of the data, at most" in portal.get("/figures/referrals/", **coordinator)[0]

    def test_partners_see_their_own_and_nothing_else_and_the_primary_knows_who_looked(self, world, portal, pair):
        other = Acting(world.member(world.other_ngo, Role.CASE_MANAGER, is_manager=True).membership)
        mine, theirs = system(world.case_manager), system(other)
        own = {world.person(world.ngo).pk for _number in range(3)}
        others = {world.person(world.other_ngo).pk}
        pair.catch_up()
        assert portal.people(mine) == (own, True)
        assert portal.people(theirs) == (others, True)
        exported, is_of_replica = portal.get("/people/export/?format=csv", **signed_in(world, world.caseworker))
        assert is_of_replica
        assert exported.count("Meikäläinen") == 3
        lines = {(line.partner_id, line.what): set(line.people) for line in ReadLog.objects.all()}
        assert lines == {
            (world.ngo.pk, "api persons"): own,
            (world.other_ngo.pk, "api persons"): others,
            (world.ngo.pk, "person_export"): own,
        }

    def test_sql_of_an_attackers_choice_sees_nothing_there_either(self, world, portal, pair):
        world.person(world.ngo)
        pair.catch_up()
        with psycopg2.connect(address_of(pair.replica)) as session, session.cursor() as cursor:
            said = context.signed(partner_id=world.ngo.pk, role="caseworker", user_id=None)  # of the primary's session
            cursor.execute(
                "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", said
            )
            cursor.execute("SELECT count(*) FROM cases_person")
            assert cursor.fetchone()[0] == 0
            own = context.signed(
                partner_id=world.ngo.pk, role="caseworker", user_id=None, session=session.info.backend_pid
            )
            cursor.execute(
                "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", own
            )
            cursor.execute("SELECT count(*) FROM cases_person")
            assert cursor.fetchone()[0] == 1
        session.close()


class TestWhoHasJustWritten:
    def test_reads_it_while_others_still_read_the_replica(self, world, portal, pair):
        writer, reader = system(world.case_manager, "Writer"), system(world.case_manager, "Reader")
        pair.catch_up()
        assert portal.people(writer) == (set(), True)
        pair.pause()
        number = portal.add_person(writer)
        assert portal.people(writer) == ({number}, False)
        assert portal.people(reader) == (set(), True)
        pair.go_on()
        pair.catch_up()
        assert portal.people(reader) == ({number}, True)

    def test_a_person_on_pages_too(self, world, portal, pair):
        them, colleague = signed_in(world, world.caseworker), signed_in(world, world.case_manager)
        pair.catch_up()
        assert portal.get("/people/export/?format=csv", **them)[1]
        cache.set(f"wrote:user:{world.caseworker.user.pk}", 1, timeout=60)
        assert not portal.get("/people/export/?format=csv", **them)[1]
        assert portal.get("/people/export/?format=csv", **colleague)[1]

    def test_without_redis_nobody_knows_who_that_is_and_the_primary_is_read(self, world, monkeypatch):
        monkeypatch.setattr(of_portal, "may_be_read", lambda: True)
        request = world.client(world.coordinator).get("/figures/referrals/").wsgi_request
        assert may_answer(request)
        monkeypatch.setattr(Away, "until", float("inf"))
        assert not may_answer(request)


class TestHowFarItIsBehind:
    @pytest.mark.parametrize(("lag", "may"), [(0.0, True), (5.0, True), (5.1, False), (None, False)])
    def test_beyond_what_is_allowed_the_primary_is_read(self, settings, monkeypatch, lag, may):
        settings.REPLICA_MAX_LAG = 5
        monkeypatch.setattr(of_portal, "is_set_up", lambda: True)
        monkeypatch.setattr(of_portal, "lag", lambda: lag)
        assert of_portal.may_be_read() is may

    def test_is_told_to_who_watches(self, world, portal, pair):
        def told() -> dict[str, float]:
            text, _ = portal.get("/metrics", Authorization=f"Bearer {TOKEN}")
            lines = (line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("portal_replica"))
            return {name: float(value) for name, value in lines}

        pair.catch_up()
        processes.until(lambda: told() == {"portal_replica_up": 1, "portal_replica_lag_seconds": 0}, portal.process)
        pair.pause()
        world.person(world.ngo)
        processes.until(lambda: told()["portal_replica_lag_seconds"] > 0, portal.process)


class TestAReplicaThatIsAway:
    """The last of these tests: none has a replica after it."""

    def test_what_fails_there_is_done_once_more_with_the_primary(self, monkeypatch):
        for name, value in {"is_set_up": True, "may_be_read": True, "lag": 0.0}.items():
            monkeypatch.setattr(of_portal, name, lambda value=value: value)
        monkeypatch.setattr(of_portal, "reading", nullcontext)
        answers = iter([HttpResponse(status=503), HttpResponse(b"of the primary")])
        with transaction.atomic():
            answer = ReadsFromReplica(lambda request: next(answers))(RequestFactory().get("/results/"))
        assert answer.content == b"of the primary"
        monkeypatch.undo()
        assert of_portal.lag() is None  # it is left alone for a while
        of_portal.forget()

    def test_the_primary_is_read_and_nobody_is_refused(self, world, portal, pair):
        reader = system(world.case_manager)
        person = world.person(world.ngo)
        pair.catch_up()
        assert portal.people(reader) == ({person.pk}, True)
        pair.replica.stop()
        assert portal.people(reader) == ({person.pk}, False)
        told, _ = portal.get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert "portal_replica_up 0" in told


def test_without_one_nothing_is_led_anywhere():
    assert "replica" not in settings.DATABASES
