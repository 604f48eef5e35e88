"""Jobs of the partnership: the relay of the outbox, e-mail, the sign of life."""

from __future__ import annotations

import time
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from partnership import keeping, notifications, outbox, reading, webhooks
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


@shared_task
def sum_up_reads() -> None:
    """Yesterday's log of reads, and the day before once more should a run have been missed."""
    for days in (2, 1):
        reading.sum_up(timezone.localdate() - timedelta(days=days))
