from __future__ import annotations

from celery import shared_task

from cases.messages import actions


@shared_task
def remind_of_appointments() -> None:
    """Idempotent: of each appointment at its time there is one reminder."""
    actions.write_reminders()
