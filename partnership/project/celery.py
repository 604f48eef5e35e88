"""The Celery application. Jobs are thin and may run twice: they call actions."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
JOBS = [
    "partnership.project", "partnership.events", "partnership.oversight",
    "cases.imports", "cases.rights", "referrals.reminders", "metrics.runs",
]  # fmt: skip
"""Rooms with jobs."""
app.autodiscover_tasks(JOBS, related_name="jobs")


WEBHOOKS = "webhooks@"
"""How the names of workers begin that send webhooks and do nothing else."""


@worker_ready.connect
def _first_heartbeat(sender: Any = None, **_: Any) -> None:
    """A worker that has just started is alive: /readyz need not wait for the scheduler's first round."""
    if str(getattr(sender, "hostname", "")).startswith(WEBHOOKS):
        return
    from partnership.project.jobs import heartbeat

    heartbeat()
