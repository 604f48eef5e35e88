"""Signs of life for load balancers and administrators."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from partnership.events.letters import UNDELIVERED_KEY
from partnership.events.outbox import FAILED_KEY
from partnership.project.json_cache import Away
from partnership.project.monitoring import HEARTBEAT_KEY

WORKER_SILENT_AFTER = 120
"""Seconds without a sign of life after which the worker counts as lost."""


TOLD = {"events", "letters"}
"""What is told and makes nothing unready."""
KEPT_SECONDS = 3
"""So long an answer of `readyz` holds for whoever asks: asking costs next to nothing, and what fails is told this much later."""


class _Kept:
    """The last answer of this process."""

    lock = threading.Lock()
    until = 0.0
    checks: dict[str, str] = {}
    has_no_migration_to_apply = False


def forget() -> None:
    """What was found out last is found out anew."""
    _Kept.until, _Kept.has_no_migration_to_apply = 0.0, False


def alive(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """`/healthz`: the process answers. It asks for nothing else: no database, no Redis, no session, no name of the host."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return get_response(request)

    return middleware


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the portal can do its work, 503 with the part that can't. Says nothing that an outsider could use.

    Events and letters that failed are told, and make nothing unready: the rest of the portal works.
    """
    with _Kept.lock:
        if time.monotonic() > _Kept.until:
            _Kept.checks = {
                "database": _database(),
                "migrations": _migrations(),
                "redis": _redis(),
                "worker": worker(),
                "events": _failed(FAILED_KEY),
                "letters": _failed(UNDELIVERED_KEY),
            }
            _Kept.until = time.monotonic() + KEPT_SECONDS
        checks = _Kept.checks
    status = 200 if all(value == "ok" for name, value in checks.items() if name not in TOLD) else 503
    response = JsonResponse(checks, status=status)
    # Django would log each 503 as an error; whoever asks is told, and asks often while the portal starts.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    if _Kept.has_no_migration_to_apply:  # a newer program, which may have some, is another process
        return "ok"
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "pending"
    except Exception:
        return "unknown"
    _Kept.has_no_migration_to_apply = True
    return "ok"


def _redis() -> str:
    cache.set("readyz", 1, timeout=10)
    return "unreachable" if Away.is_now() else "ok"


def worker() -> str:
    """Whether a worker, and the scheduler that asks it, were seen lately."""
    if Away.is_now():
        return "unknown"
    heartbeat_at = cache.get(HEARTBEAT_KEY)
    return "ok" if heartbeat_at and time.time() - heartbeat_at < WORKER_SILENT_AFTER else "not seen lately"


def _failed(key: str) -> str:
    """How many failed for good, as the job that carries them counted them last."""
    failed = cache.get(key)
    if failed is None:
        return "unknown"
    return f"{failed} failed" if failed else "ok"
