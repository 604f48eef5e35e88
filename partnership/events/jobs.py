"""Jobs of events: the relay of the outbox, e-mail, webhooks."""

from __future__ import annotations

from celery import shared_task

from partnership.events import letters, notifications, outbox, webhooks
from partnership.events.job_queue import alone

SENDER_LOCK = (7000, 2)


@shared_task
def relay_outbox() -> None:
    """Carries what happened to its handlers, writes the letters about it, and leaves the count of what failed for good."""
    outbox.relay()
    notifications.write_letters()
    outbox.publish_failed_count()


@shared_task
def send_letters() -> None:
    """Sends the letters that are due, and leaves the count of those that failed. One at a time: a slow mail server has one worker."""
    with alone(SENDER_LOCK) as is_alone:
        if is_alone:
            letters.send_due()
    letters.publish_failed_count()


@shared_task
def write_digests() -> None:
    """Writes the daily summaries."""
    notifications.write_digests()


@shared_task
def deliver_webhooks() -> None:
    """Sends the messages of webhooks that are due."""
    webhooks.deliver()
