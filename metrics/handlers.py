"""What the figures learn from below: new data asks for a new run."""

from __future__ import annotations

from django.db import transaction

from metrics import services
from partnership.models import OutboxEvent
from partnership.outbox import handler


@handler("import.done")
@handler("measurement.consent")
@handler("overdoses.counted")
def recompute(event: OutboxEvent) -> None:
    services.request_run(event.kind)
    transaction.on_commit(services.start)
