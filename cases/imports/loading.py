"""The second job of an import: set-based SQL moves the checked rows into the registers, a slice of people at a time.

Each slice is one transaction and can be run again: a worker that dies in the middle loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from django.db import IntegrityError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone
from psycopg2.errors import DeadlockDetected, ForeignKeyViolation, UniqueViolation

from cases.arrests.actions import SUMMARY
from cases.arrests.models import Feed
from cases.imports import events
from cases.imports.actions import forget_file
from cases.imports.models import TAKE_BACK_DAYS, DataImport, ImportBefore, ImportTrace
from partnership.actions import action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import acting_for

SQL = Path(__file__).resolve().parent / "sql"
SLICES = 16
"""At most. People are divided by the first digit of their key, a hash in hexadecimal."""
AT_ONCE = 2
"""Slices that are loaded at the same time, each over a connection of its own."""
ROWS_A_SLICE = 10_000
"""Of so many a slice is worth its own transaction."""
TRIES = 3
"""Of a slice that meets what somebody else is writing, before the import fails."""
COLLISIONS = (UniqueViolation, ForeignKeyViolation, DeadlockDetected)
"""What the database says then: the next try sees what the other has written."""
BOUNDS = [*"0123456789abcdef", "g"]


@action("import.load", outside="jobs", rolls_back=False)
def load(*, data_import: DataImport) -> None:
    """Loads what the check laid out, then sets the feed's complete-through date and announces the arrival.

    A file of which rows were refused is not complete: the feed keeps its date until one without problems comes."""
    partner_id = data_import.partner_id
    with acting_for(partner_id, role="worker"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_importrow WHERE data_import_id = %s", [data_import.pk])
        total = cursor.fetchone()[0]
    slices = min(SLICES, 1 << (total // ROWS_A_SLICE).bit_length())
    size = SLICES // slices  # digits that a slice has
    waiting = [first for first in range(0, SLICES, size) if _bits(first, size) & ~data_import.slices_done]
    load_one = partial(_load_slice, data_import, _script(data_import.kind), size, total)
    if connection.in_atomic_block or len(waiting) == 1:
        for first in waiting:
            load_one(first)
    else:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            # Each in the context of this action, whose name the history asks for.
            done = [threads.submit(copy_context().run, _in_a_thread, load_one, first) for first in waiting]
        for slice_done in done:
            slice_done.result()
    with acting_for(partner_id, role="worker"), connection.cursor() as cursor:
        cursor.execute("SELECT portal_count_places_of(%s)", [partner_id])
        data_import.refresh_from_db()
        if data_import.complete_through and not data_import.rows_bad:
            _move_feeds(data_import, data_import.complete_through)
        data_import.state = DataImport.State.DONE
        data_import.loaded_at = timezone.now()
        data_import.rows_done = data_import.rows_total
        data_import.changed_at = timezone.now()
        data_import.save()
        forget_file(data_import)
        _forget_old_traces(partner_id)
        tell: Tell = {
            "partner": partner_id,
            "user": data_import.created_by_id,
            "url": reverse("data_import", args=[data_import.pk]),
        }
        announce(events.DONE, f"import:{data_import.pk}:done", tell=[tell], data_import=data_import.pk)


def _bits(first: int, size: int) -> int:
    """A bit for each digit of a slice."""
    return (1 << size) - 1 << first


def _load_slice(data_import: DataImport, script: str, size: int, total: int, first: int) -> None:
    """Loads a slice, again when it met what somebody else was writing."""
    for attempt in range(1, TRIES + 1):
        try:
            _try_slice(data_import, script, size, total, first)
        except (IntegrityError, OperationalError) as error:
            if attempt == TRIES or not isinstance(error.__cause__, COLLISIONS):
                raise
        else:
            return


def _try_slice(data_import: DataImport, script: str, size: int, total: int, first: int) -> None:
    """Loads a slice, and notes in the same transaction that it is loaded: after a restart the others follow."""
    partner_id = data_import.partner_id
    bounds = {"from": BOUNDS[first], "to": BOUNDS[first + size]}
    with acting_for(partner_id, role="worker"):
        with connection.cursor() as cursor:
            cursor.execute(script, {"import": data_import.pk, "partner": partner_id, **bounds})
            added, corrected, unchanged = cursor.fetchone()
        DataImport.objects.filter(pk=data_import.pk).update(
            added=F("added") + added,
            corrected=F("corrected") + corrected,
            unchanged=F("unchanged") + unchanged,
            slices_done=F("slices_done").bitor(_bits(first, size)),
            rows_done=Least(F("rows_done") + -(-total * size // SLICES), total),
            changed_at=timezone.now(),
        )


def _in_a_thread(load_one: Callable[[int], None], first: int) -> None:
    try:
        load_one(first)
    finally:
        connection.close()  # this thread's own


def _move_feeds(data_import: DataImport, complete_through: date) -> None:
    """Sets the feeds' date, and notes what it was."""
    for district_id in data_import.district_ids:
        feed, is_new = Feed.objects.get_or_create(
            partner_id=data_import.partner_id,
            district_id=district_id,
            defaults={"complete_through": complete_through},
        )
        if is_new:
            data_import.feeds_before[str(district_id)] = None
        elif feed.complete_through < complete_through:
            data_import.feeds_before[str(district_id)] = feed.complete_through.isoformat()
            feed.complete_through, feed.changed_at = complete_through, timezone.now()
            feed.save()


def _forget_old_traces(partner_id: int) -> None:
    """Of imports that can't be taken back any more."""
    before = timezone.now() - timedelta(days=TAKE_BACK_DAYS)
    old = DataImport.objects.filter(partner=partner_id, loaded_at__lt=before).values("pk")
    for model in (ImportTrace, ImportBefore):
        model._default_manager.filter(data_import__in=old).delete()


def _script(kind: str) -> str:
    """What loads a slice of a file of this kind."""
    parts = {"{summary}": SUMMARY, "{people}": (SQL / "people.sql").read_text()}
    script = (SQL / f"load_{kind}.sql").read_text()
    for name, part in parts.items():
        script = script.replace(name, part)
    return script
