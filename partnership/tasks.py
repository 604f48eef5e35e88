"""Jobs of the partnership: the relay of the outbox, e-mail, the sign of life."""

from __future__ import annotations

import time

from celery import shared_task
from django.core.cache import cache

from partnership import keeping, notifications, outbox, webhooks
from partnership.api.idempotency import forget

HEARTBEAT_KEY = "worker:seen"


@shared_task
def heartbeat() -> None:
    """Says that scheduler, broker and a worker are alive: /readyz reads it."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=600)


@shared_task
def relay_outbox() -> None:
    outbox.relay()
    notifications.give_up_stale_claims()
    notifications.send_waiting_mail()


@shared_task
def send_digests() -> None:
    notifications.send_digests()


@shared_task
def deliver_webhooks() -> None:
    webhooks.deliver()


@shared_task
def forget_requests() -> None:
    """Answers to repeated requests are kept for a day, tokens until they expire, tombstones for a year, forms that nobody sent for a week."""
    forget()
    keeping.forget_old()
