"""Groups that meet on a day, as far as appointments and the weeks before tell."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from cases.enrolments.models import Session
from cases.planning.models import Appointment
from partnership.members.models import Partner
from partnership.pages.days import day_of
from programs.catalogue.models import Programme

WEEKS_BACK = 2
"""A group that met on this day of the week so lately is expected again."""


def groups_of(partner: Partner, day: date) -> QuerySet[Programme]:
    """The partner's programmes with a group on that day: one has an appointment, or a session, or met a week or two before. One query."""
    days = [day - timedelta(weeks=weeks) for weeks in range(WEEKS_BACK + 1)]
    met = Session.objects.counted().filter(partner=partner, method=Session.Method.GROUP, held_on__in=days)
    expected = Appointment.objects.filter(partner=partner, method=Session.Method.GROUP, starts_at__range=day_of(day))
    return Programme.objects.filter(
        Q(pk__in=met.values("enrolment__programme")) | Q(pk__in=expected.values("enrolment__programme"))
    ).order_by("name")
