"""The transactional outbox: what an action announces is part of its transaction and reaches its handlers at least once.

The relay gives each event one delivery a handler, then hands out the deliveries, each in a transaction of its own: one
that fails or is slow holds up no other. It is tried again with growing pauses; after `MAX_ATTEMPTS` it stays as failed
until an administrator sends it again (/service/events/, manage.py failed_events).

A handler may see an event twice (its worker can die between the work and its commit), so each one is idempotent. An
attempt counts before it is made: an event that kills its workers fails for good as well.
"""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from partnership.events import registry
from partnership.events.job_queue import ask_for
from partnership.events.models import EventDelivery, OutboxEvent
from partnership.events.recipients import Tell
from partnership.events.registry import EventType

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
FAN_OUT_AT_ONCE = 500
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "10s", "120s"
"""How long a handler may wait for a row that somebody else holds, and one statement of it last: then it failed."""
FAILED_KEY = "events:failed"
"""Where /readyz reads how many deliveries failed for good: it asks no table that holds more than it may tell."""


def announce(event_type: EventType, key: str, *, tell: list[Tell] | None = None, **payload: int | str) -> None:
    """Writes an event into the current transaction. The same key announced again is the same event, and does nothing.

    The payload holds ids and codes, no personal data. Raises TypeError for what was not declared: a mistake in the program.
    """
    if not registry.is_declared(event_type):
        raise TypeError(f"{event_type} is not a declared event")
    event_type.check(payload)
    if tell and event_type.sentence is None:
        raise TypeError(f"{event_type} has no sentence to tell")
    event = OutboxEvent.signed(kind=event_type.name, key=key, payload={"tell": tell or [], **payload})
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)
    ask_for_relay()


def ask_for_relay() -> None:
    """Once the current transaction is committed, a worker is asked to relay; else the scheduler finds what waits."""
    from partnership.events.jobs import relay_outbox  # jobs import this module

    transaction.on_commit(lambda: ask_for(relay_outbox, expires=60))


def relay(limit: int = 1000) -> int:
    """Hands waiting events to their handlers, oldest first; returns how many deliveries succeeded.

    Several relays may run at once: each locks what it works on and skips the others'. `limit`: most attempts.
    """
    attempts = succeeded = 0
    _give_up_lost()
    fan_out()
    while attempts < limit:
        delivery = _claim()
        if delivery is not None:
            attempts += 1
            succeeded += _attempt(delivery)
        elif not fan_out():  # handlers announce events, too
            break
    return succeeded


def fan_out() -> int:
    """Gives events that wait a delivery for each handler that wants them; returns the number of events."""
    with transaction.atomic():
        waiting = OutboxEvent.objects.select_for_update(skip_locked=True).filter(relayed_at=None)
        events = list(waiting.order_by("id")[:FAN_OUT_AT_ONCE])
        deliveries = [
            EventDelivery(event=event, kind=event.kind, handler=name, available_at=event.created_at)
            for event in events
            if _is_genuine(event)
            for name in registry.handlers_of(event)
        ]
        EventDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(relayed_at=timezone.now())
    return len(events)


def _is_genuine(event: OutboxEvent) -> bool:
    if not event.is_genuine:
        log.error("Event %s (%s) was not announced by the portal: nobody handles it.", event.pk, event.kind)
        return False
    return True


def _claim() -> EventDelivery | None:
    """The delivery that waits longest, with its attempt counted and the next one put off; None when none is due."""
    with transaction.atomic():
        due = EventDelivery.objects.waiting().filter(available_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
        delivery = due.select_for_update(skip_locked=True).order_by("available_at", "id").first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.available_at = timezone.now() + timedelta(seconds=2**delivery.attempts)
        delivery.save(update_fields=["attempts", "available_at"])
    return delivery


def _attempt(claimed: EventDelivery) -> bool:
    try:
        with transaction.atomic():
            _limit_time()
            # Locked, so that no other relay takes it however long it lasts; not found where one has done it meanwhile.
            still_waiting = EventDelivery.objects.waiting().filter(attempts=claimed.attempts)
            delivery = still_waiting.select_for_update(of=("self",)).select_related("event").get(pk=claimed.pk)
            registry.work_of(delivery.handler)(delivery.event)
            delivery.done_at, delivery.last_error = timezone.now(), ""
            delivery.save(update_fields=["done_at", "last_error"])
    except EventDelivery.DoesNotExist:
        return False
    except Exception as error:
        _note_failure(claimed, error_without_content(error))
        return False
    return True


def _limit_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)",
            [LOCK_TIMEOUT, STATEMENT_TIMEOUT],
        )


def _note_failure(delivery: EventDelivery, error: str) -> None:
    is_last = delivery.attempts >= MAX_ATTEMPTS
    EventDelivery.objects.waiting().filter(pk=delivery.pk).update(
        last_error=error, failed_at=timezone.now() if is_last else None
    )
    log.error(
        "Event %s (%s): %s failed, attempt %s%s: %s",
        delivery.event_id, delivery.kind, delivery.handler, delivery.attempts, ", the last" if is_last else "", error,
    )  # fmt: skip


def _give_up_lost() -> None:
    """Deliveries whose last attempt never came back, because its worker died of it, or with it."""
    with transaction.atomic():
        lost = EventDelivery.objects.waiting().filter(available_at__lte=timezone.now(), attempts__gte=MAX_ATTEMPTS)
        keys = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
        EventDelivery.objects.filter(pk__in=keys).update(failed_at=timezone.now(), last_error="Its worker died.")


def error_without_content(error: BaseException) -> str:
    """Which error it was and where in the program, without its message: that may quote what people wrote.

    Of an error of the database also its SQLSTATE and the constraint that was broken.
    """
    parts: list[str | None] = [type(error).__name__]
    if isinstance(error, DatabaseError):
        cause = error.__cause__
        parts += [getattr(cause, "pgcode", None), getattr(getattr(cause, "diag", None), "constraint_name", None)]
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(f"{settings.BASE_DIR}/") and "site-packages" not in frame.filename
    ]
    if own:
        place = own[-1].filename.removeprefix(f"{settings.BASE_DIR}/")
        parts.append(f"at {place}:{own[-1].lineno} ({own[-1].name})")
    return " ".join(part for part in parts if part)[:300]


def publish_failed_count() -> None:
    """Says how many deliveries failed for good, for /readyz."""
    cache.set(FAILED_KEY, EventDelivery.objects.failed().count(), timeout=600)
