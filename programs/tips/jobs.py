from __future__ import annotations

from celery import shared_task

from programs.tips import actions


@shared_task
def keep_tips() -> None:
    """Idempotent: old tips are forgotten, and partners are told once a day of those that wait."""
    actions.forget_tips()
    actions.tell_of_tips()
