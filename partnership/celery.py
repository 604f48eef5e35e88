"""The Celery application. Tasks are thin and idempotent: they call services."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _first_heartbeat(**_: Any) -> None:
    """A worker that has just started is alive: /readyz need not wait for the scheduler's first round."""
    from partnership.tasks import heartbeat

    heartbeat()
