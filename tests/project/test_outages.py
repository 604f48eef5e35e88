"""What is away: pages go on without Redis, wait for it once at most, and say when to come back where the database is needed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client as WebClient
from django.urls import reverse

from partnership.events import job_queue
from partnership.events.jobs import relay_outbox
from partnership.members.sessions import UserSession
from partnership.pages import limits
from partnership.project.error_pages import passes
from partnership.project.json_cache import Away


def nobody_listens_at() -> int:
    """A port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(autouse=True)
def at_hand_before_and_after() -> Iterator[None]:
    Away.until = job_queue._Broker.away_until = 0.0
    yield
    Away.until = job_queue._Broker.away_until = 0.0


def use_redis_at(settings, port: int) -> None:
    settings.CACHES = {
        name: deepcopy(terms) | {"LOCATION": f"redis://127.0.0.1:{port}/0"} for name, terms in settings.CACHES.items()
    }


@pytest.fixture
def without_redis(settings) -> None:
    use_redis_at(settings, nobody_listens_at())


class Hung:
    """A server that takes connections and never says a word; how many it took."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self.listener.getsockname()[1]
        self.taken: list[socket.socket] = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self) -> None:
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self.listener.close()
        for each in self.taken:
            each.close()


@pytest.fixture
def hung(settings) -> Iterator[Hung]:
    server = Hung()
    use_redis_at(settings, server.port)
    yield server
    server.close()


class TestWithoutRedis:
    def test_who_is_signed_in_goes_on_working(self, world, without_redis):
        client = world.client(world.caseworker)
        for name in ("home", "referral_list", "person_list"):
            assert client.get(reverse(name)).status_code == 200

    def test_one_can_sign_in_and_out(self, world, without_redis):
        user = world.caseworker.user
        user.set_password("a long pass phrase 1")
        user.save()
        client = WebClient()
        answer = client.post(reverse("account_login"), {"login": user.email, "password": "a long pass phrase 1"})
        assert answer.status_code == 302
        assert client.get(reverse("referral_list")).status_code == 200
        client.post(reverse("account_logout"))
        assert client.get(reverse("referral_list")).status_code == 302

    def test_secrets_are_still_limited(self, world, without_redis):
        answers = [
            WebClient().post(reverse("account_login"), {"login": "x@test.example", "password": f"wrong {n}"})
            for n in range(limits.FREE_TRIES + 2)
        ]
        assert "Too many" not in answers[0].content.decode()
        assert "Too many" in answers[-1].content.decode()

    def test_the_process_is_alive_and_the_portal_not_ready(self, client, db, without_redis):
        assert client.get("/healthz").status_code == 200
        from partnership.project import health

        health.forget()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["redis"]) == (503, "unreachable")

    def test_the_api_answers(self, ngo, without_redis):
        assert ngo.get("/api/v1/referrals")["results"] == []

    def test_what_it_kept_of_a_session_holds_for_a_minute_at_most(self, world):
        """It may have missed that somebody signed out."""
        client = world.client(world.caseworker)
        client.get("/")
        store = UserSession.get_session_store_class()(client.session.session_key)
        store.load()
        redis = store._cache._cache.get_client(None, write=True)
        assert 0 < redis.ttl(store._cache.make_and_validate_key(store.cache_key)) <= 60


class TestAHungRedis:
    def test_is_waited_for_once(self, world, hung):
        client = world.client(world.caseworker)
        for name in ("home", "referral_list", "person_list", "home", "calendar"):
            assert client.get(reverse(name)).status_code == 200
        assert len(hung.taken) <= 2

    def test_is_asked_again_after_a_while(self, db, hung):
        cache.get("x")
        before = len(hung.taken)
        Away.until = 0.0
        cache.get("x")
        assert len(hung.taken) == before + 1

    def test_a_broker_that_hangs_is_waited_for_once(self, monkeypatch):
        asked = []

        def hang(*_terms, **_more):
            asked.append(1)
            raise OSError

        monkeypatch.setattr(relay_outbox, "apply_async", hang)
        for _time in range(5):
            job_queue.ask_for(relay_outbox)
        assert len(asked) == 1


class TestWithoutDatabase:
    @pytest.fixture
    def without_database(self, django_db_blocker) -> Iterator[None]:
        known = dict(connection.settings_dict)
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": nobody_listens_at()}
            yield
            connection.close()
            connection.settings_dict |= known

    @pytest.mark.parametrize("address", ["/", "/referrals/", "/accounts/login/", "/api/v1/referrals"])
    def test_pages_and_api_say_when_to_come_back(self, without_database, address):
        client = WebClient(raise_request_exception=False)
        client.cookies["sessionid"] = "x" * 32
        answer = client.get(address, headers={"authorization": "Bearer x"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert "in a moment" in answer.content.decode() or address.startswith("/api/")

    def test_the_process_is_alive(self, without_database):
        assert WebClient().get("/healthz").status_code == 200

    @pytest.mark.parametrize(
        ("sqlstate", "does_pass"), [("40P01", True), ("57014", True), ("53300", True), ("53100", False)]
    )
    def test_what_passes_and_what_does_not(self, sqlstate, does_pass):
        error = OperationalError()
        error.__cause__ = type("Cause", (Exception,), {"pgcode": sqlstate})()
        assert passes(error) is does_pass
        assert not passes(ValueError())
