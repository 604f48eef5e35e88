"""The job of the night that sums up the log of reads."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from partnership.oversight import actions as oversight


@shared_task
def sum_up_reads() -> None:
    """Yesterday's log of reads, and the day before once more should a run have been missed."""
    for days in (2, 1):
        oversight.sum_up(timezone.localdate() - timedelta(days=days))
