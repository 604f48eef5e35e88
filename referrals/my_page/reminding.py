"""First appointments of whoever was referred, of which people are reminded as of any other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.messages.actions import barred_among
from cases.messages.sources import Due, Source
from referrals.first_appointments.actions import EXPECTING_STATES
from referrals.first_appointments.models import FirstAppointment


def _due(after: datetime, until: datetime) -> Iterable[Due]:
    """Each once by the receiver's record, if it has one, and once by the sender's while the consent covers that it knows of the
    appointment: wherever the person agreed to reminders. Nobody is reminded twice, since a reminder is one of its appointment."""
    near = _expected().filter(starts_at__gt=after, starts_at__lte=until)
    for appointment in _not_barred(
        near.select_related("referral").only("starts_at", "to_partner_id", "referral__report_days")
    ):
        if appointment.received:
            yield Due(appointment.pk, appointment.received, appointment.starts_at, appointment.to_partner_id)
        if timezone.localdate() in appointment.referral.report_days:
            yield Due(appointment.pk, appointment.sent, appointment.starts_at, appointment.to_partner_id)


def _starts_at(number: int) -> datetime | None:
    return next(
        (appointment.starts_at for appointment in _not_barred(_expected().filter(pk=number).only("starts_at"))), None
    )


def _expected() -> QuerySet[FirstAppointment]:
    """Appointments to which somebody is expected, with the first of the person's records at either party."""
    return FirstAppointment.objects.filter(outcome="", referral__state__in=EXPECTING_STATES).annotate(
        received=Coalesce("referral__receiver_person__same_as_id", "referral__receiver_person_id"),
        sent=Coalesce("referral__person__same_as_id", "referral__person_id"),
    )


def _not_barred(appointments: QuerySet[FirstAppointment]) -> list[Any]:
    """What one party was told, that the person must not be contacted or the guardian not learn of it, holds for the other's reminders."""
    expected: list[Any] = list(appointments)
    barred = barred_among({number for each in expected for number in (each.received, each.sent) if number})
    return [each for each in expected if not barred & {each.received, each.sent}]


SOURCE = Source(_due, _starts_at)
