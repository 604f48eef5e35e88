"""The job that takes an import back: what it added goes, what it changed becomes what it was. All of it or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.arrests.models import Feed
from cases.imports import events
from cases.imports.loading import SQL
from cases.imports.models import DataImport, ImportTrace
from partnership.actions import action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import acting_for


@action("import.take_back", outside="jobs", rolls_back=False)
def take_back(*, data_import: DataImport) -> None:
    """Takes back what the import wrote, then announces it, so that figures are computed anew.

    What a later import holds too stays, and is that one's from then on. A person or enrolment that somebody has changed since, or
    to which something belongs (a referral, a session, a consent), stays and is counted in `kept`.
    """
    partner_id = data_import.partner_id
    with acting_for(partner_id, role="worker"), connection.cursor() as cursor:
        # What refers to a row is to be known when the row is deleted, not when all is done.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute((SQL / "take_back.sql").read_text(), {"import": data_import.pk, "partner": partner_id})
        removed, restored, kept, enrolments, people = cursor.fetchone()
        gone = _remove(cursor, "cases_enrolment", _untouched(cursor, "cases_enrolment", enrolments or []))
        kept += len(enrolments or []) - len(gone)
        cursor.execute("SELECT portal_count_places_of(%s)", [partner_id])
        people = people or []
        alone = _untouched(cursor, "cases_person", people)
        gone_people = set(_remove(cursor, "cases_person", _without_records(cursor, alone)))
        _hand_over(data_import, [number for number in people if number not in gone_people])
        data_import.refresh_from_db()
        _set_feeds_back(data_import)
        data_import.removed, data_import.restored, data_import.kept = removed + len(gone), restored, kept
        data_import.state = DataImport.State.TAKEN_BACK
        data_import.rows_done = data_import.rows_total
        data_import.changed_at = timezone.now()
        data_import.save()
        data_import.traces.all().delete()
        data_import.befores.all().delete()
        tell: Tell = {
            "partner": partner_id,
            "user": data_import.taken_back_by_id or data_import.created_by_id,
            "url": reverse("data_import", args=[data_import.pk]),
        }
        announce(events.TAKEN_BACK, f"import:{data_import.pk}:taken_back", tell=[tell], data_import=data_import.pk)


def _untouched(cursor: Any, table: str, numbers: list[int]) -> list[int]:
    """Those that nobody has changed since they were added."""
    cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) AND changed_at = created_at", [numbers])  # noqa: S608
    return [number for (number,) in cursor.fetchall()]


def _without_records(cursor: Any, people: list[int]) -> list[int]:
    cursor.execute(
        "SELECT p.id FROM unnest(%s::bigint[]) AS p (id) WHERE NOT EXISTS (SELECT FROM cases_arrest a WHERE a.person_id = p.id)"
        " AND NOT EXISTS (SELECT FROM cases_enrolment e WHERE e.person_id = p.id)",
        [people],
    )
    return [number for (number,) in cursor.fetchall()]


def _remove(cursor: Any, table: str, numbers: list[int]) -> list[int]:
    """Deletes the rows to which nothing refers, and returns their numbers. Jobs may not look at most of what can refer to them, but
    the database tells: where it refuses many, it is asked for each half."""
    if not numbers:
        return []
    try:
        with transaction.atomic():
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [numbers])  # noqa: S608
    except IntegrityError:
        half = len(numbers) // 2
        return _remove(cursor, table, numbers[:half]) + _remove(cursor, table, numbers[half:]) if half else []
    return numbers


def _hand_over(data_import: DataImport, people: list[int]) -> None:
    """People who stay, since a later import has arrests of them, are that one's from now on."""
    later = DataImport.objects.filter(
        partner=data_import.partner_id, state=DataImport.State.DONE, loaded_at__gt=data_import.loaded_at
    )
    heir = later.order_by("loaded_at", "id").first()
    if heir and people:
        ImportTrace.objects.create(
            partner_id=data_import.partner_id, data_import=heir, record=ImportTrace.Record.PERSON, added=people
        )


def _set_feeds_back(data_import: DataImport) -> None:
    """A feed that this import moved goes back to where it was: what later files say is complete only with this one's arrests."""
    for district_id, before in data_import.feeds_before.items():
        feeds = Feed.objects.filter(partner=data_import.partner_id, district=district_id)
        if before is None:
            feeds.delete()
        else:
            feeds.filter(complete_through__gt=date.fromisoformat(before)).update(
                complete_through=before, changed_at=timezone.now()
            )
