"""The Celery application. Jobs are thin and may run twice: they call actions."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import Any

from celery import Celery
from celery.signals import (
    after_setup_logger,
    beat_init,
    before_task_publish,
    worker_init,
    worker_process_init,
    worker_ready,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
JOBS = [
    "partnership.project", "partnership.agreements", "partnership.api", "partnership.events", "partnership.oversight",
    "programs.contacts", "programs.grants", "programs.training", "programs.tips", "cases.imports", "cases.messages", "cases.rights", "referrals.reminders", "metrics.runs",
]  # fmt: skip
"""Rooms with jobs."""
app.autodiscover_tasks(JOBS, related_name="jobs")


OTHERS = ("webhooks@", "long@")
"""How the names of workers begin that send webhooks or do long work, and do not stand for the short work."""


@worker_init.connect
@beat_init.connect
def _check_keys(**_more: Any) -> None:
    """A worker or scheduler with wrong keys refuses to start."""
    from partnership.isolation import key_check

    try:
        key_check.keep_watch()
    except key_check.WrongKeys as error:  # Celery would log any other exception, and go on
        sys.exit(str(error))


@worker_process_init.connect
def _trace(**_more: Any) -> None:
    """Each process of a worker sends its own traces."""
    from django.conf import settings

    if settings.OTLP_URL:
        from partnership.project import tracing

        tracing.start()


@before_task_publish.connect
def _stamp(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    """A message says since when it waits, and which request asked for it."""
    from partnership.project.log import current_request
    from partnership.project.monitoring import ASKED_AT

    if headers is not None:
        headers |= {ASKED_AT: time.time(), "request_id": current_request.get()}


@after_setup_logger.connect
def _log_as_web_does(logger: logging.Logger, **_more: Any) -> None:
    """Celery gives its log a form of its own."""
    from django.conf import settings

    from partnership.project.log import AsJson

    if settings.LOG_FORMAT == "json":
        for handler in logger.handlers:
            handler.setFormatter(AsJson())


@worker_ready.connect
def _first_heartbeat(sender: Any = None, **_: Any) -> None:
    """A worker that has just started is alive: /readyz need not wait for the scheduler's first round."""
    if str(getattr(sender, "hostname", "")).startswith(OTHERS):
        return
    from partnership.project.jobs import heartbeat

    heartbeat()
