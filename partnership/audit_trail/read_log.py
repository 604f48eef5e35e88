"""The log of reads: a page that shows a person's data writes who looked, at whom, and what for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Model, QuerySet

from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.purposes import reason_for
from partnership.isolation.acting import Acting, enter

MOST_NAMED = 10_000
"""A line names so many people by their numbers; of a longer list it says how many, and that any of them may be in it."""

_about: dict[type[Model], tuple[str, ...]] = {}


def is_about(model: type[Model], *paths: str) -> None:
    """Says where a kind of record names the people whom it is about: paths to their numbers, as "enrolment__person_id"."""
    _about[model] = paths


Records = Callable[[int], Iterable[int]]
_records: list[Records] = []


def linked_by(records: Records) -> None:
    """Registers who knows which records are of one human being: number of one → numbers of all that the reader may see."""
    if records not in _records:
        _records.append(records)


def records_of(person: int) -> list[int]:
    """Numbers of the person's records: those that are linked with this one, and this one."""
    return sorted({person}.union(*(records(person) for records in _records)))


def is_of_people(model: type[Model]) -> bool:
    """Whether records of this kind are about people."""
    return model in _about


def people_of(records: Iterable[Any], model: type[Model] | None = None, *, loads: bool = False) -> list[int]:
    """Numbers of the people whom records are about; of a kind of record that nobody has told of, none. `model`: of rows that are
    no objects. What was not loaded with a record is not asked for, since the reader saw nothing of it; unless it `loads`."""
    numbers: set[int | None] = set()
    for record in records:
        for path in _about.get(model or type(record), ()):
            *relations, column = path.split("__")
            holder = record
            for name in relations:
                is_there = holder is not None and (loads or name in holder._state.fields_cache)
                try:
                    holder = getattr(holder, name) if is_there else None
                except ObjectDoesNotExist:  # not for the reader to see
                    holder = None
            numbers.add(getattr(holder, column, None))
    return sorted(number for number in numbers if number is not None)


def people_behind(records: list[Any], model: type[Model]) -> list[int]:
    """As `people_of`; where what leads to the people was not loaded with the records, one query finds them."""
    people = people_of(records, model)
    paths = [path for path in _about.get(model, ()) if "__" in path]
    if people or not paths or not records:
        return people
    rows = model._base_manager.filter(pk__in=[record.pk for record in records]).values_list(*paths)
    return sorted(set(filter(None, chain.from_iterable(rows))))


def named_by(records: Iterable[Any]) -> tuple[list[int] | None, int]:
    """The people whom records name (None: too many), and how many records there are; a queryset's are not loaded. Of people's
    numbers, the same numbers."""
    if not isinstance(records, QuerySet):
        records = list(records)
        return people_of(records), len(records)
    rows = records.order_by().values_list("pk", *_about.get(records.model, ()))[: MOST_NAMED + 1]
    named = list(rows)
    if len(named) > MOST_NAMED:
        return None, records.count()
    return sorted(set(filter(None, chain.from_iterable(row[1:] for row in named)))), len(named)


def log_read(
    acting: Acting, what: str, object_id: int, of: Iterable[Any] = (), *, count: int | None = None, **more: Any
) -> None:
    """Notes that the user saw something (`what`: person, referral, list of people, export …): the number of the record, or 0 for
    a list; `of`: the records, one or many, which tell whom it shows; `count`: how many, where that is not the number of records.

    What for, the page or the reader's reason tells (`purposes`).
    """
    people, records = named_by(of)
    reason = reason_for(what)
    # Without RETURNING, which would need the right to read the log.
    line = ReadLog(
        partner=acting.partner,
        user=acting.user,
        what=what[:30],
        object_id=object_id,
        count=records if count is None else count,
        **{"purpose": reason.purpose, "words": reason.words, "people": people} | more,
    )
    ReadLog.objects.bulk_create([line], ignore_conflicts=True)


def log_refusal(acting: Acting, what: str, object_id: int) -> None:
    """Notes that a record was asked for by its number in vain: it is another's, or none, or the role does not include it, or it
    wanted a reason.

    In a transaction of its own: that of the request is rolled back.
    """
    with transaction.atomic():
        enter(partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk, client_id=acting.client_id)
        people = [object_id] if what in {"person", "api persons"} else []
        log_read(
            acting,
            what,
            object_id,
            count=0,
            is_refused=True,
            client_id=acting.client_id,
            purpose="",
            words="",
            people=people,
        )
