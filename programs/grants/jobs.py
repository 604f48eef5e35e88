from __future__ import annotations

from celery import shared_task

from programs.grants import actions


@shared_task
def remind_of_reports() -> None:
    """Idempotent: who looks after grants is told of reports that are due, once a step."""
    actions.remind_of_reports()
