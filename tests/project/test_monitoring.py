"""What an administrator watches: /metrics for Prometheus, and a log that programs can read."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings as of_portal
from django.core.cache import cache
from django.utils import timezone

from partnership.events.models import OutboxEvent
from partnership.project import monitoring
from partnership.project.celery import app
from partnership.project.jobs import HEARTBEAT_KEY, heartbeat
from partnership.project.log import AsJson, record
from tests.world import database_role

TOKEN = "a token of the people who watch"
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="[^"]*",?)*)\})? ([-+0-9.e]+)')


@pytest.fixture(autouse=True)
def _counted_anew(settings):
    settings.METRICS_TOKEN = TOKEN
    server = redis.Redis.from_url(of_portal.REDIS_URL)
    server.delete(*map(monitoring._key, monitoring.NAMES))
    monitoring._Counted.counts.clear()
    server.delete(*monitoring.QUEUES)
    cache.delete(monitoring.MEASURES_KEY)


def read(client) -> dict[str, float]:
    """All samples by name and labels, after a look at the format."""
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples: dict[str, float] = {}
    described: set[str] = set()
    for line in response.content.decode().splitlines():
        if line.startswith("# TYPE"):
            described.add(line.split()[2])
        elif not line.startswith("# HELP"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert re.sub(r"_(bucket|sum|count)$", "", match[1]) in described | {match[1]} & described
            key = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
            assert key not in samples
            samples[key] = float(match[3])
    return samples


class TestToken:
    @pytest.mark.parametrize(
        "header", [{}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}, {"Authorization": "Bearer ä"}]
    )
    def test_without_it_nothing_is_told(self, client, header):
        response = client.get("/metrics", headers=header)
        assert (response.status_code, response.content) == (401, b"Send the token.\n")

    def test_where_none_is_set_there_is_nothing(self, client, settings):
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    def test_it_is_asked_by_any_name_of_the_host(self, client, settings):
        """Prometheus calls each web process by its own address."""
        settings.ALLOWED_HOSTS = ["portal.example"]
        assert (
            client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", "Host": "10.0.0.7"}).status_code == 200
        )


class TestRequests:
    def test_answers_are_counted_by_kind_and_status(self, client, db):
        for address in ("/find-help/", "/nowhere/", "/api/v1/people"):
            client.get(address)
        samples = read(client)
        assert samples['portal_requests_total{kind="page",status="2xx"}'] == 1
        assert samples['portal_requests_total{kind="page",status="4xx"}'] == 1
        assert samples['portal_requests_total{kind="api",status="4xx"}'] == 1
        assert samples['portal_request_seconds_count{kind="page"}'] == 2
        assert samples['portal_request_seconds_bucket{kind="page",le="+Inf"}'] == 2
        assert samples['portal_request_seconds_sum{kind="page"}'] > 0

    def test_buckets_hold_what_is_no_slower(self, client):
        for seconds in (0.05, 0.06, 3, 60):
            monitoring.count("page", 200, seconds)
        samples = read(client)
        bounds = ("0.05", "0.1", "2.5", "5.0", "10.0", "+Inf")
        found = [samples[f'portal_request_seconds_bucket{{kind="page",le="{bound}"}}'] for bound in bounds]
        assert found == [1, 2, 2, 3, 3, 4]
        assert samples['portal_request_seconds_sum{kind="page"}'] == pytest.approx(63.11)

    def test_what_is_counted_while_redis_is_away_is_added_when_it_is_back(self, client, monkeypatch):
        nobody = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
        with monkeypatch.context() as patch:
            patch.setattr(monitoring._Connection, "server", nobody)
            monitoring.count("page", 500, 0.1)
        assert read(client)['portal_requests_total{kind="page",status="5xx"}'] == 1

    def test_without_redis_it_says_so(self, client, monkeypatch):
        from partnership.project.json_cache import Away

        nobody = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
        monkeypatch.setattr(monitoring._Connection, "server", nobody)
        assert read(client)["portal_redis_up"] == 0
        Away.until = 0.0


class TestWhatWaits:
    def test_the_age_of_the_outbox_and_of_a_queue(self, client, db):
        OutboxEvent.signed(kind="referral.sent", key="k", payload={"tell": []}).save()
        OutboxEvent.objects.update(created_at=timezone.now() - timedelta(minutes=20))
        heartbeat.delay()
        before = time.time()
        while time.time() - before < 0.05:
            pass
        with database_role("worker"):
            monitoring.measure()
        cache.set(HEARTBEAT_KEY, time.time() - 100)
        samples = read(client)
        assert samples['portal_queue_waiting{queue="celery"}'] == 1
        assert 0.05 <= samples['portal_queue_oldest_seconds{queue="celery"}'] < 60
        assert samples['portal_queue_oldest_seconds{queue="long"}'] == 0
        assert samples["portal_outbox_waiting"] == 1
        assert 1200 <= samples["portal_outbox_oldest_seconds"] < 1300
        assert 100 <= samples["portal_worker_seen_seconds"] < 160

    def test_when_nothing_waits_all_is_nought(self, client, db):
        with database_role("worker"):
            monitoring.measure()
        samples = read(client)
        for name in (
            "portal_outbox_waiting",
            "portal_letters_waiting",
            "portal_imports_running",
            "portal_letters_oldest_seconds",
        ):
            assert samples[name] == 0

    def test_the_worker_measures_twice_a_minute(self):
        entry = app.conf.beat_schedule["measure"]
        assert (entry["task"], entry["schedule"]) == ("partnership.project.jobs.measure", 30.0)


class TestLog:
    def lines(self, caplog) -> list[dict[str, str]]:
        return [json.loads(AsJson().format(line)) for line in caplog.records]

    def test_a_line_is_an_object_and_masks_secrets(self):
        try:
            raise ValueError("at /invitation/" + "A1" * 20)
        except ValueError:
            import sys

            line = record("partnership", logging.ERROR, "x.py", 1, "Two\nlines of %s", ("one",), sys.exc_info())
        text = AsJson().format(line)
        assert "\n" not in text
        values = json.loads(text)
        assert (values["level"], values["message"]) == ("ERROR", "Two\nlines of one")
        assert values["exception"].endswith("ValueError: at /invitation/***")
        assert values["time"].endswith("+00:00")

    def test_what_fails_in_a_request_bears_its_id(self, world, monkeypatch):
        from partnership.project import home

        def breaks(*args: object, **kwargs: object) -> None:
            raise ValueError("broken")

        seen: list[dict[str, str]] = []

        class Reader(logging.Handler):
            def emit(self, line: logging.LogRecord) -> None:
                seen.append(json.loads(AsJson().format(line)))

        reader = Reader()
        logging.getLogger().addHandler(reader)
        try:
            monkeypatch.setattr(home, "render", breaks)
            client = world.client(world.caseworker)
            client.raise_request_exception = False
            assert client.get("/", headers={"X-Request-ID": "abc-1"}).status_code == 500
        finally:
            logging.getLogger().removeHandler(reader)
        assert any(line.get("exception") for line in seen)
        assert {line["request_id"] for line in seen} == {"abc-1"}

    def test_a_job_knows_which_request_asked_for_it(self, db):
        from partnership.project.log import current_request

        token = current_request.set("abc-2")
        try:
            heartbeat.delay()
        finally:
            current_request.reset(token)
        message = json.loads(monitoring._server().lindex("celery", -1))
        assert message["headers"]["request_id"] == "abc-2"
