from __future__ import annotations

from celery import shared_task

from programs.training import actions


@shared_task
def remind_of_certificates() -> None:
    """Idempotent: holders are told of certificates that run out, once a step."""
    actions.remind_of_certificates()
