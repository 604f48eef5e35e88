"""The Celery application. Jobs are thin and may run twice: they call actions."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
JOBS = [
    "partnership.project", "partnership.events", "partnership.oversight",
    "cases.imports", "cases.rights", "referrals.reminders", "metrics.runs",
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


@worker_ready.connect
def _first_heartbeat(sender: Any = None, **_: Any) -> None:
    """A worker that has just started is alive: /readyz need not wait for the scheduler's first round."""
    if str(getattr(sender, "hostname", "")).startswith(OTHERS):
        return
    from partnership.project.jobs import heartbeat

    heartbeat()
