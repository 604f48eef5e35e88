"""The second job of an import: set-based SQL moves the checked rows into the registers, a slice of people at a time.

Each slice is one transaction and can be run again: a worker that dies in the middle loses nothing and doubles nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django.db import connection
from django.urls import reverse
from django.utils import timezone

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
ROWS_A_SLICE = 10_000
"""Of so many a slice is worth its own transaction."""
BOUNDS = [*"0123456789abcdef", "g"]


@action("import.load", outside="jobs", rolls_back=False)
def load(*, data_import: DataImport) -> None:
    """Loads what the check laid out, then sets the feed's complete-through date and announces the arrival.

    A file of which rows were refused is not complete: the feed keeps its date until one without problems comes."""
    partner_id = data_import.partner_id
    script = _script(data_import.kind)
    with acting_for(partner_id, role="worker"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_importrow WHERE data_import_id = %s", [data_import.pk])
        total = cursor.fetchone()[0]
    slices = min(SLICES, 1 << (total // ROWS_A_SLICE).bit_length())
    start = data_import.rows_done * slices // total if total else 0
    for number in range(start, slices):
        with acting_for(partner_id, role="worker"):
            with connection.cursor() as cursor:
                cursor.execute(
                    script,
                    {
                        "import": data_import.pk,
                        "partner": partner_id,
                        "from": BOUNDS[number * SLICES // slices],
                        "to": BOUNDS[(number + 1) * SLICES // slices],
                    },
                )
                added, corrected, unchanged = cursor.fetchone()
            data_import.refresh_from_db()
            data_import.added += added
            data_import.corrected += corrected
            data_import.unchanged += unchanged
            # In the slice's own transaction: after a restart the next slice is the one that follows.
            data_import.rows_done = -(-total * (number + 1) // slices)
            data_import.changed_at = timezone.now()
            data_import.save()
    with acting_for(partner_id, role="worker"):
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
