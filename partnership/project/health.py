"""Signs of life for load balancers and administrators."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from partnership.events.outbox import FAILED_KEY
from partnership.project.jobs import HEARTBEAT_KEY

WORKER_SILENT_AFTER = 120
"""Seconds without a sign of life after which the worker counts as lost."""


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the portal can do its work, 503 with the part that can't. Says nothing that an outsider could use.

    Events that failed are told, and make nothing unready: the rest of the portal works.
    """
    checks = {"database": _database(), "migrations": _migrations(), "redis": _redis(), "worker": _worker()}
    status = 200 if all(v == "ok" for v in checks.values()) else 503
    response = JsonResponse({**checks, "events": _events()}, status=status)
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
    try:
        executor = MigrationExecutor(connection)
        return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except Exception:
        return "unknown"


def _redis() -> str:
    try:
        cache.set("readyz", 1, timeout=10)
    except Exception:
        return "unreachable"
    return "ok"


def _worker() -> str:
    try:
        heartbeat_at = cache.get(HEARTBEAT_KEY)
    except Exception:
        return "unknown"
    return "ok" if heartbeat_at and time.time() - heartbeat_at < WORKER_SILENT_AFTER else "not seen lately"


def _events() -> str:
    """How many events failed for good, as the relay counted them last."""
    try:
        failed = cache.get(FAILED_KEY)
    except Exception:
        return "unknown"
    if failed is None:
        return "unknown"
    return f"{failed} failed" if failed else "ok"
