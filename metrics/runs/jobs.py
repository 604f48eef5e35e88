"""Jobs of the figures."""

from __future__ import annotations

from celery import shared_task

from metrics.runs import actions as runs
from partnership.events.job_queue import HARD, SOFTLY


@shared_task(soft_time_limit=SOFTLY, time_limit=HARD)
def compute(reason: str) -> None:
    """Asks for a run and carries it out."""
    runs.request_run(reason)
    runs.compute()


@shared_task(soft_time_limit=SOFTLY, time_limit=HARD)
def compute_if_requested() -> None:
    """Carries out a run that a page or an arrival asked for."""
    runs.compute()
