"""Jobs: asking a worker for one, and being the only one at it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task
from django.db import connection
from kombu.exceptions import OperationalError

SOFTLY, HARD = 7200, 7800
"""Limits in seconds of a job that goes through all rows of a register: it is asked to end, then killed."""


AWAY_SECONDS = 5


class _Broker:
    """Until when nobody asks it: it did not answer."""

    away_until = 0.0


def ask_for(task: Task[..., Any], *arguments: Any, expires: float | None = None) -> None:
    """Asks a worker for a job. Without a broker nothing is lost: each such job is also found by the scheduler's rounds."""
    if time.monotonic() < _Broker.away_until:
        return
    options: dict[str, Any] = {} if expires is None else {"expires": expires}
    try:
        task.apply_async(arguments, retry=False, **options)
    except (OperationalError, OSError):
        _Broker.away_until = time.monotonic() + AWAY_SECONDS


@contextmanager
def alone(lock: tuple[int, int]) -> Iterator[bool]:
    """True while no other worker holds the same lock. It belongs to the database session: it is gone when its worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        has_lock = cursor.fetchone()[0]
    try:
        yield has_lock
    finally:
        if has_lock:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
