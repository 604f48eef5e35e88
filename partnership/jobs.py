"""Asking a worker for a job, from code that jobs call in turn."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError


def ask_for(task: str, *arguments: Any, expires: float | None = None) -> None:
    """Asks for a task by name. Without a broker nothing is lost: each such task is also found by the scheduler's rounds."""
    with suppress(OperationalError, OSError):
        current_app.send_task(task, arguments, expires=expires, retry=False)
