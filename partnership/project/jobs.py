"""The sign of life, and forgetting what the platform keeps for a while."""

from __future__ import annotations

import time

from celery import shared_task
from django.core.cache import cache

from partnership.api.idempotency import forget
from partnership.audit_trail import partitions
from partnership.events import letters
from partnership.pages import form_drafts
from partnership.project import monitoring
from partnership.project.monitoring import HEARTBEAT_KEY


@shared_task
def heartbeat() -> None:
    """Says that scheduler, broker and a worker are alive: /readyz reads it."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=600)


@shared_task
def measure() -> None:
    """Leaves for /metrics what waits and since when."""
    monitoring.measure()


@shared_task
def keep_partitions() -> None:
    """The log of reads and the history of changes have a partition for each of the coming months; months past LOG_KEEP_YEARS are dropped."""
    partitions.keep()


@shared_task
def forget_requests() -> None:
    """Answers to repeated requests are kept for a day, tokens until they expire, tombstones for a year, letters for a month, forms that nobody sent for a week."""
    forget()
    letters.forget()
    form_drafts.forget_old()
