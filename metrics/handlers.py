"""What the figures learn from below: new data asks for a new run."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from kombu.exceptions import OperationalError

from metrics import services
from partnership.models import OutboxEvent
from partnership.outbox import handler


@handler("import.done")
@handler("measurement.consent")
def recompute(event: OutboxEvent) -> None:
    services.request_run(event.kind)
    transaction.on_commit(start)


def start() -> None:
    """At once where a worker can be asked; else the scheduler finds the request within a minute."""
    from metrics.tasks import compute_if_requested

    with suppress(OperationalError, OSError):
        compute_if_requested.apply_async(retry=False)
