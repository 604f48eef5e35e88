"""What the figures learn from below: new data asks for a new run."""

from __future__ import annotations

from django.db import transaction

from metrics.runs import actions as runs
from partnership.events.models import OutboxEvent
from partnership.events.outbox import handler


@handler("import.done")
@handler("measurement.consent")
@handler("overdoses.counted")
def recompute(event: OutboxEvent) -> None:
    runs.request_run(event.kind)
    transaction.on_commit(runs.start)
