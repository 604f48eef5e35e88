"""`/metrics` for Prometheus: what waits, since when, what failed, how fast the portal answers. Numbers only, for whoever has METRICS_TOKEN.

What is in tables and queues a job of the worker measures (`measure`): pages may not look there. How far the replica is behind, the web
process that answers measures itself. Requests are counted by each web process
for itself, and added to the sums of all in Redis every few seconds. While Redis is away they are kept, and added later.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from redis.exceptions import RedisError

from cases.imports.models import DataImport
from partnership.events.letters import UNDELIVERED_KEY
from partnership.events.models import EventDelivery, Letter, OutboxEvent
from partnership.events.outbox import FAILED_KEY
from partnership.isolation import replica
from partnership.project.backup import MADE_KEY
from partnership.project.json_cache import Away

QUEUES = ("celery", "long", "webhooks")
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, upper bounds."""
STATUSES = ("2xx", "3xx", "4xx", "5xx", "503")
KINDS = ("page", "api")
NAMES = [
    *(f"requests:{kind}:{status}" for kind in KINDS for status in STATUSES),
    *(f"seconds:{kind}:{place}" for kind in KINDS for place in (*range(len(BUCKETS) + 1), "microseconds")),
]
ADDED_EVERY = 10
"""Seconds."""
MEASURES_KEY, HEARTBEAT_KEY = "measures", "worker:seen"
ASKED_AT = "asked_at"
"""Header of a message of a queue: when somebody asked for the job, in seconds since 1970."""


# --- Requests ----------------------------------------------------------------------------------------------------------------


class _Counted:
    """What this process has counted and not yet added to the sums of all."""

    lock = threading.Lock()
    counts: Counter[str] = Counter()
    due = 0.0


def monitored(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Counts each request and how long it took; answers `/metrics` itself, with no database, session or name of the host."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/metrics":
            return metrics(request)
        started = time.perf_counter()
        response = get_response(request)
        count(
            "api" if request.path.startswith("/api/") else "page", response.status_code, time.perf_counter() - started
        )
        return response

    return middleware


def count(kind: str, status: int, seconds: float) -> None:
    """Counts an answer. A failure is told at once, the rest when it is due."""
    status_name = "503" if status == 503 else f"{status // 100}xx"
    with _Counted.lock:
        _Counted.counts[f"requests:{kind}:{status_name}"] += 1
        _Counted.counts[f"seconds:{kind}:{bisect_left(BUCKETS, seconds)}"] += 1
        _Counted.counts[f"seconds:{kind}:microseconds"] += round(seconds * 1e6)
    if time.monotonic() > _Counted.due or status_name == "5xx":
        add_to_sums()


def add_to_sums() -> None:
    """Adds what this process has counted to the sums of all."""
    if Away.is_now():
        return
    with _Counted.lock:
        counts, _Counted.counts = _Counted.counts, Counter()
        _Counted.due = time.monotonic() + ADDED_EVERY
    try:
        with _server().pipeline() as pipeline:
            for name, number in counts.items():
                pipeline.incrby(_key(name), number)
            pipeline.execute()
    except RedisError:
        with _Counted.lock:
            _Counted.counts += counts


class _Connection:
    server: redis.Redis | None = None


def _server() -> redis.Redis:
    if _Connection.server is None:
        _Connection.server = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    return _Connection.server


def _key(name: str) -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:{name}"


# --- Tables and queues, as the worker ------------------------------------------------------------------------------------------


def measure() -> None:
    """Leaves for `/metrics` what waits and since when."""
    now = timezone.now()
    waiting = EventDelivery.objects.waiting()
    unsent = Letter.objects.unsent()
    under_way = DataImport.objects.filter(state__in=["checking", "loading", "taking_back"])
    new_events = OutboxEvent.objects.filter(relayed_at=None)
    measures = {
        "outbox_waiting": new_events.count() + waiting.count(),
        "outbox_oldest": _age(now, new_events.aggregate(at=Min("created_at"))["at"], waiting.aggregate(at=Min("event__created_at"))["at"]),
        "letters_waiting": unsent.count(),
        "letters_oldest": _age(now, unsent.aggregate(at=Min("created_at"))["at"]),
        "imports_running": under_way.count(),
        "imports_untouched": _age(now, under_way.aggregate(at=Min("changed_at"))["at"]),
    }  # fmt: skip
    cache.set(MEASURES_KEY, measures | {f"oldest_{queue}": _oldest(queue) for queue in QUEUES}, timeout=600)


def _age(now: datetime, *moments: datetime | None) -> float:
    """Seconds since the first of these moments; 0 where there is none."""
    return max((((now - moment).total_seconds()) for moment in moments if moment), default=0.0)


def _oldest(queue: str) -> float:
    """Seconds for which the job that is next in the queue has waited."""
    message: Any = _server().lindex(queue, -1)
    asked_at = json.loads(message)["headers"].get(ASKED_AT) if message else None
    return max(0.0, time.time() - asked_at) if asked_at else 0.0


# --- What Prometheus reads -----------------------------------------------------------------------------------------------------


def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers, in the text format of Prometheus. 404 where no token is set, 401 for another one."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("Set METRICS_TOKEN.\n", status=404, content_type="text/plain")
    authorization = request.headers.get("Authorization", "")
    if not hmac.compare_digest(authorization.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(
            "Send the token.\n", status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )
    add_to_sums()
    return HttpResponse("".join(_lines()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines() -> Iterator[str]:
    yield from _metric("portal_info", "gauge", "The version that answers.", [(f'version="{settings.VERSION}"', 1)])
    if replica.is_set_up():
        lag = replica.lag()
        yield from _metric("portal_replica_up", "gauge", "1 while the replica answers.", [("", int(lag is not None))])
        if lag is not None:
            text = "For how long the replica may lack what was committed."
            yield from _metric("portal_replica_lag_seconds", "gauge", text, [("", round(lag, 3))])
    sums = _sums()
    yield from _metric("portal_redis_up", "gauge", "1 while Redis answers.", [("", int(sums is not None))])
    if sums is None:
        return
    yield from _requests(sums)
    queues: Any = [(f'queue="{queue}"', _server().llen(queue)) for queue in QUEUES]
    yield from _metric("portal_queue_waiting", "gauge", "Jobs that wait in a queue.", queues)
    seen = cache.get(HEARTBEAT_KEY)
    if seen:
        yield from _metric(
            "portal_worker_seen_seconds",
            "gauge",
            "Since a worker and the scheduler were seen.",
            [("", time.time() - seen)],
        )
    if backup_at := cache.get(MADE_KEY):
        yield from _metric(
            "portal_backup_age_seconds", "gauge", "Since the last backup.", [("", time.time() - backup_at)]
        )
    failed = [('kind="event"', cache.get(FAILED_KEY)), ('kind="letter"', cache.get(UNDELIVERED_KEY))]
    yield from _metric(
        "portal_failed", "gauge", "Events and letters that failed for good.", [f for f in failed if f[1] is not None]
    )
    if measures := cache.get(MEASURES_KEY):
        oldest = [(f'queue="{queue}"', measures[f"oldest_{queue}"]) for queue in QUEUES]
        yield from _metric(
            "portal_queue_oldest_seconds", "gauge", "How long the next job of a queue has waited.", oldest
        )
        for name, text in MEASURES.items():
            unit = "" if name.endswith(("waiting", "running")) else "_seconds"
            yield from _metric(f"portal_{name}{unit}", "gauge", text, [("", measures[name])])


MEASURES = {
    "outbox_waiting": "Events and deliveries that wait.",
    "outbox_oldest": "Age of the oldest event that waits.",
    "letters_waiting": "Emails that wait.",
    "letters_oldest": "Age of the oldest email that waits.",
    "imports_running": "Imports under way.",
    "imports_untouched": "Since the import under way that stands longest was last written to.",
}


def _sums() -> Counter[str] | None:
    """The counts of all processes; None where Redis does not answer."""
    try:
        values: Any = _server().mget([_key(name) for name in NAMES])
    except RedisError as error:
        Away.begins(error)
        return None
    return Counter({name: int(value) for name, value in zip(NAMES, values, strict=True) if value})


def _requests(sums: Counter[str]) -> Iterator[str]:
    totals = [(f'kind="{k}",status="{s}"', sums[f"requests:{k}:{s}"]) for k in KINDS for s in STATUSES]
    yield from _metric("portal_requests_total", "counter", "Answers, by kind and status.", totals)
    name = "portal_request_seconds"
    yield f"# HELP {name} How long answers took.\n# TYPE {name} histogram\n"
    for kind in KINDS:
        total = 0
        for place, bound in enumerate([*map(str, BUCKETS), "+Inf"]):
            total += sums[f"seconds:{kind}:{place}"]
            yield f'{name}_bucket{{kind="{kind}",le="{bound}"}} {total}\n'
        yield f'{name}_sum{{kind="{kind}"}} {sums[f"seconds:{kind}:microseconds"] / 1e6}\n'
        yield f'{name}_count{{kind="{kind}"}} {total}\n'


def _metric(name: str, kind: str, text: str, samples: list[tuple[str, Any]]) -> Iterator[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        yield f"{name}{{{labels}}} {value}\n" if labels else f"{name} {value}\n"
