"""The transactional outbox: what a service announces is part of its transaction and reaches its handlers at least once.

A handler may see an event twice (its worker can die after the work and before the commit of the mark), so each one is
idempotent. An event whose handler fails is tried again with growing pauses; after `MAX_ATTEMPTS` it stays, with its
last error, for an administrator (manage.py check_outbox).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone

from partnership.events.job_queue import ask_for
from partnership.events.models import OutboxEvent

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
Handler = Callable[[OutboxEvent], None]
_handlers: dict[str, list[Handler]] = {}


class Tell(TypedDict, total=False):
    """Whom an event is told: members of a partner in some roles (all when none is named), or one user of it."""

    partner: int
    roles: list[str]
    user: int
    not_user: int
    url: str


def announce(kind: str, key: str, *, tell: list[Tell] | None = None, **payload: Any) -> None:
    """Writes an event into the current transaction. The same key announced again is the same event, and does nothing.

    The payload holds ids and links, no personal data.
    """
    event = OutboxEvent(kind=kind, key=key, payload={"tell": tell or [], **payload})
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)
    transaction.on_commit(lambda: ask_for("partnership.events.jobs.relay_outbox", expires=60))


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers a function for events of a kind."""

    def register(function: Handler) -> Handler:
        _handlers.setdefault(kind, []).append(function)
        return function

    return register


def relay(limit: int = 1000) -> int:
    """Hands waiting events to their handlers, oldest first, one transaction each; returns how many succeeded.

    Several relays may run at once: each locks the event it works on and skips the others'.
    """
    relayed = 0
    for _ in range(limit):
        with transaction.atomic():
            event = (
                OutboxEvent.objects.select_for_update(skip_locked=True)
                .filter(relayed_at=None, available_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
                .order_by("available_at", "id")
                .first()
            )
            if event is None:
                break
            try:
                with transaction.atomic():
                    _handle(event)
            except Exception as error:
                event.attempts += 1
                event.available_at = timezone.now() + timedelta(seconds=2**event.attempts)
                event.last_error = repr(error)[:2000]
                log.exception("Event %s failed, attempt %s", event.pk, event.attempts)
            else:
                event.relayed_at = timezone.now()
                relayed += 1
            event.save(update_fields=["attempts", "available_at", "last_error", "relayed_at"])
    return relayed


def _handle(event: OutboxEvent) -> None:
    from partnership.events.notifications import notify
    from partnership.events.webhooks import enqueue

    notify(event)
    enqueue(event)
    for function in _handlers.get(event.kind, []):
        function(event)
