"""Jobs of partners' systems."""

from __future__ import annotations

from celery import shared_task

from partnership.api import actions


@shared_task
def read_client_keys() -> None:
    """Reads the public keys of systems anew that keep them at an address. Twice is as good as once."""
    actions.read_client_keys()


@shared_task
def remind_of_old_secrets() -> None:
    """Tells managers of secrets that are old. Announced twice on a day, it is told once."""
    actions.remind_of_old_secrets()
