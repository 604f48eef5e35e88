"""What the figures learn from below: new data asks for a new run."""

from __future__ import annotations

from django.db import transaction

from cases.enrolments import events as enrolments
from cases.imports import events as imports
from cases.overdoses import events as overdoses
from metrics.runs import actions as runs
from partnership.events.models import OutboxEvent
from partnership.events.registry import handler


@handler(imports.DONE, imports.TAKEN_BACK, enrolments.MEASUREMENT_CONSENT, overdoses.COUNTED)
def recompute(event: OutboxEvent) -> None:
    """Asks for a run, with the event's kind as its reason."""
    runs.request_run(event.kind)
    transaction.on_commit(runs.start)
