"""Jobs of the figures."""

from __future__ import annotations

from celery import shared_task

from metrics import services


@shared_task
def compute(reason: str) -> None:
    """Asks for a run and carries it out."""
    services.request_run(reason)
    services.compute()


@shared_task
def compute_if_requested() -> None:
    """Carries out a run that a page or an arrival asked for."""
    services.compute()
