from __future__ import annotations

from celery import shared_task

from programs.contacts import actions


@shared_task
def forget_codes() -> None:
    """Idempotent: the clients' words of old contacts are forgotten."""
    actions.forget_codes()
