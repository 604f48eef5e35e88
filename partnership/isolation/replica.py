"""Reading from a copy of the database: the streaming replica that REPLICA_URL names.

A request that only reads may be led there (`reading`); then the ORM reads from it, under the same roles and policies and a context
of its own, and everything that is written goes to the primary all the same. How far the replica is behind is measured (`lag`).
Without REPLICA_URL nothing here does anything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction

log = logging.getLogger(__name__)

ALIAS = "replica"
KEPT_SECONDS = 1
"""So long a measured lag holds for a process."""
AWAY_SECONDS = 5
"""So long a process does not ask a replica that did not answer."""
MARGIN_SECONDS = 3
"""What a mark of a writer lasts beyond the lag that is allowed and the time for which that was measured."""

_is_reading: ContextVar[bool] = ContextVar("is_reading_from_the_replica", default=False)


class Router:
    """Reads go where the request reads, writes to the primary. Objects of both are the same records."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """The replica, while a request reads from it."""
        return alias()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """The primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """A record that was read from the replica may be named by one that is written."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The replica copies what is done to the primary."""
        return db == DEFAULT_DB_ALIAS


def is_set_up() -> bool:
    """Whether there is one."""
    return ALIAS in settings.DATABASES


def alias() -> str:
    """Which of Django's connections is read from now."""
    return ALIAS if _is_reading.get() else DEFAULT_DB_ALIAS


@contextmanager
def reading(is_on: bool = True) -> Iterator[None]:
    """What follows reads from the replica, in one transaction there; with False, from the primary. Raises DatabaseError where the
    replica does not answer."""
    if not is_on:
        with _reading(False):
            yield
    else:
        with transaction.atomic(using=ALIAS), _reading(True):
            yield


@contextmanager
def _reading(is_on: bool) -> Iterator[None]:
    token = _is_reading.set(is_on)
    try:
        yield
    finally:
        _is_reading.reset(token)


def read_from_primary() -> None:
    """From here on the primary is read, whatever was before: at the beginning of a request, and for who has just written."""
    _is_reading.set(False)


# --- Who has just written ------------------------------------------------------------------------------------------------------


def person(user: int) -> str:
    """Of a writer who is signed in."""
    return f"user:{user}"


def system(client: int) -> str:
    """Of a writer that is a partner's system."""
    return f"client:{client}"


def note_write(writer: str) -> None:
    """For as long as the replica may lack what this writer wrote, they read from the primary (`has_just_written`)."""
    if is_set_up():
        cache.set(f"wrote:{writer}", 1, timeout=round(settings.REPLICA_MAX_LAG) + KEPT_SECONDS + MARGIN_SECONDS)


def has_just_written(writer: str) -> bool:
    """Whether the replica may lack something that this writer wrote."""
    return cache.get(f"wrote:{writer}") is not None


# --- How far it is behind ------------------------------------------------------------------------------------------------------


class _Known:
    """What this process measured last."""

    lock = threading.Lock()
    until = 0.0
    lag: float | None = None


def forget(seconds: float = 0.0) -> None:
    """The next `lag` measures anew; with seconds, the replica counts as away so long."""
    _Known.until, _Known.lag = time.monotonic() + seconds if seconds else 0.0, None


def lag() -> float | None:
    """Seconds for which the replica may lack what was committed on the primary; None where it does not answer, or copies nothing.

    Nothing is lacking where all of the primary's log has been replayed. Else it may be all since the last commit that was: after a
    quiet hour that is too much for a moment, and never too little. Raises DatabaseError where the primary does not answer.
    """
    with _Known.lock:
        if time.monotonic() >= _Known.until:
            _Known.lag = _measured()
            _Known.until = time.monotonic() + (AWAY_SECONDS if _Known.lag is None else KEPT_SECONDS)
        return _Known.lag


def may_be_read() -> bool:
    """Whether there is a replica that is no further behind than REPLICA_MAX_LAG."""
    if not is_set_up():
        return False
    seconds = lag()
    return seconds is not None and seconds <= settings.REPLICA_MAX_LAG


def _measured() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text, clock_timestamp()")
        written, now = cursor.fetchone()
    replica = connections[ALIAS]
    try:
        with replica.cursor() as cursor:
            cursor.execute(
                "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn, pg_last_xact_replay_timestamp()",
                [written],
            )
            is_replica, has_all, replayed_at = cursor.fetchone()
    except DatabaseError as error:
        log.error("The replica does not answer (%s): the primary is read", type(error).__name__)
        replica.close()
        return None
    if is_replica and has_all:
        return 0.0
    return max(0.0, (now - replayed_at).total_seconds()) if is_replica and replayed_at else None
