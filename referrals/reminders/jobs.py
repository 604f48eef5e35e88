from __future__ import annotations

from celery import shared_task

from referrals.reminders import reminders


@shared_task
def send_reminders() -> None:
    """Idempotent: a reminder announced twice on a day is one."""
    reminders.send_reminders()
