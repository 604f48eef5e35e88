"""Traces for OpenTelemetry: what kind of work was done and how long it took, and nothing of anybody."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from django.core.cache import cache
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from partnership.events.letters import UNDELIVERED_KEY
from partnership.events.outbox import FAILED_KEY
from partnership.isolation import replica
from partnership.project import monitoring
from partnership.project.backup import MADE_KEY
from partnership.project.jobs import HEARTBEAT_KEY
from partnership.project.tracing import KEPT
from tests import processes
from tests.world import World, database_role

TOP = Path(__file__).resolve().parents[2]
TOKEN = "a token of the people who watch"


class Collector(ThreadingHTTPServer):
    """Takes OTLP over HTTP; what it was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Taking)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def spans(self) -> list:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            s for request in requests for r in request.resource_spans for scope in r.scope_spans for s in scope.spans
        ]


class Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.shutdown()


@pytest.mark.django_db(transaction=True)
def test_a_trace_says_what_was_done_and_nothing_of_anybody(collector):
    world = World()
    person = world.person(world.ngo)
    cookie = {"Cookie": f"sessionid={world.client(world.caseworker).session.session_key}"}
    port = processes.free_port()
    web = processes.web(
        connection.settings_dict["NAME"],
        port,
        OTLP_URL=f"http://127.0.0.1:{collector.server_port}/v1/traces",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    try:
        address = f"http://127.0.0.1:{port}"
        processes.until(lambda: processes.answers(f"{address}/healthz"), web)
        for path in (f"/people/{person.pk}/?q=Hemming", "/invitation/secret-of-an-invitation/", "/people/?q=Hemming"):
            httpx.get(address + path, headers=cookie, timeout=processes.PATIENCE)
        processes.until(lambda: any(s.name == "GET people/" for s in collector.spans), web)
    finally:
        processes.kill(web)
    names = {span.name for span in collector.spans}
    assert {"GET people/<int:pk>/", "SELECT", "INSERT"} <= names
    assert {attribute.key for span in collector.spans for attribute in span.attributes} <= KEPT
    assert not any(span.events or span.status.message for span in collector.spans)
    sent = b"".join(collector.bodies)
    for word in (
        "Hemming",
        "secret-of-an-invitation",
        f"people/{person.pk}",
        "Meik",
        world.caseworker.user.email,
        "127.0.0.1",
        "FROM",
    ):
        assert word.encode() not in sent, word


class TestDashboard:
    """deploy/grafana/portal.json"""

    def test_each_metric_is_one_that_the_portal_serves(self, client, db, settings, monkeypatch):
        settings.METRICS_TOKEN = TOKEN
        monkeypatch.setattr(replica, "is_set_up", lambda: True)
        monkeypatch.setattr(replica, "lag", lambda: 0.0)
        with database_role("worker"):
            monitoring.measure()
        for key in (HEARTBEAT_KEY, FAILED_KEY, UNDELIVERED_KEY, MADE_KEY):
            cache.set(key, 1)
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        served = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}
        dashboard = json.loads((TOP / "deploy" / "grafana" / "portal.json").read_text())
        shown = {
            n for panel in dashboard["panels"] for t in panel["targets"] for n in re.findall(r"\bportal_\w+", t["expr"])
        }
        assert shown - served == set()
        of_the_histogram = {"portal_request_seconds_sum", "portal_request_seconds_count"}
        assert served - shown == of_the_histogram, "not on the dashboard"

    def test_no_panel_lies_over_another(self):
        dashboard = json.loads((TOP / "deploy" / "grafana" / "portal.json").read_text())
        cells = [
            (x, y)
            for panel in dashboard["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _y in cells) < 24
