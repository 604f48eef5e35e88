"""Jobs of events: the relay of the outbox, e-mail, webhooks."""

from __future__ import annotations

from celery import shared_task

from partnership.events import notifications, outbox, webhooks


@shared_task
def relay_outbox() -> None:
    outbox.relay()
    outbox.publish_failed_count()
    notifications.give_up_stale_claims()
    notifications.send_waiting_mail()


@shared_task
def send_digests() -> None:
    notifications.send_digests()


@shared_task
def deliver_webhooks() -> None:
    webhooks.deliver()
