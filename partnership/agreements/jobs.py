from __future__ import annotations

from celery import shared_task

from partnership.agreements import actions


@shared_task
def remind_of_ends() -> None:
    """Idempotent: managers of the parties are told of agreements that end, once a step."""
    actions.remind_of_ends()
