"""What people are reminded of: each room that agrees appointments says which are near, and whether one still is what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models.functions import Coalesce

from cases.planning.models import Appointment


class Due(NamedTuple):
    """Something that begins soon: its number, the first of the records of whom it concerns, when, and whose phone to call."""

    object_id: int
    first_record: int
    starts_at: datetime
    phone_of: int


class Source(NamedTuple):
    """`due`: what begins after one moment and up to another. `starts_at`: when something begins now; None: it is off."""

    due: Callable[[datetime, datetime], Iterable[Due]]
    starts_at: Callable[[int], datetime | None]


_sources: dict[str, Source] = {}


def register(what: str, source: Source) -> None:
    """A room says when it starts of what people are reminded there."""
    _sources[what] = source


def sources() -> dict[str, Source]:
    """All that people are reminded of, by name."""
    return dict(_sources)


def _appointments(after: datetime, until: datetime) -> Iterable[Due]:
    near = (
        Appointment.objects.filter(session=None, enrolment__ended_on=None, enrolment__person__erased_on=None)
        .filter(starts_at__gt=after, starts_at__lte=until)
        .annotate(first=Coalesce("enrolment__person__same_as_id", "enrolment__person_id"))
    )
    for number, first, starts_at, partner in near.values_list("pk", "first", "starts_at", "partner_id"):
        yield Due(number, first, starts_at, partner)


def _starts_at(number: int) -> datetime | None:
    still = Appointment.objects.filter(pk=number, session=None, enrolment__ended_on=None)
    return still.values_list("starts_at", flat=True).first()


register("appointment", Source(_appointments, _starts_at))
