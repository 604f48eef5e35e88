"""First appointments of whoever was referred, of which people are reminded as of any other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.messages.sources import Due, Source
from referrals.first_appointments.actions import EXPECTING_STATES
from referrals.first_appointments.models import FirstAppointment


def _due(after: datetime, until: datetime) -> Iterable[Due]:
    """Each once by the receiver's record, if it has one, and once by the sender's while the consent covers that it knows of the
    appointment: wherever the person agreed to reminders. Nobody is reminded twice, since a reminder is one of its appointment."""
    near = (
        FirstAppointment.objects.filter(outcome="", starts_at__gt=after, starts_at__lte=until)
        .filter(referral__state__in=EXPECTING_STATES)
        .annotate(
            received=Coalesce("referral__receiver_person__same_as_id", "referral__receiver_person_id"),
            sent=Coalesce("referral__person__same_as_id", "referral__person_id"),
        )
        .select_related("referral")
        .only("starts_at", "to_partner_id", "referral__report_days")
    )
    for appointment in near:
        if appointment.received:
            yield Due(appointment.pk, appointment.received, appointment.starts_at, appointment.to_partner_id)
        if timezone.localdate() in appointment.referral.report_days:
            yield Due(appointment.pk, appointment.sent, appointment.starts_at, appointment.to_partner_id)


def _starts_at(number: int) -> datetime | None:
    still = FirstAppointment.objects.filter(pk=number, outcome="", referral__state__in=EXPECTING_STATES)
    return still.values_list("starts_at", flat=True).first()


SOURCE = Source(_due, _starts_at)
