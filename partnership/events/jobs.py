"""Jobs of events: the relay of the outbox, e-mail, webhooks."""

from __future__ import annotations

from celery import shared_task

from partnership.events import notifications, outbox, webhooks


@shared_task
def relay_outbox() -> None:
    """Carries what happened to its handlers, sends waiting e-mail, and leaves the count of what failed for good."""
    outbox.relay()
    outbox.publish_failed_count()
    notifications.give_up_stale_claims()
    notifications.send_waiting_mail()


@shared_task
def send_digests() -> None:
    """Sends the daily summaries."""
    notifications.send_digests()


@shared_task
def deliver_webhooks() -> None:
    """Sends the messages of webhooks that are due."""
    webhooks.deliver()
