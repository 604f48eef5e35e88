"""The calendar that a user subscribes to: times and places of appointments and hearings, no names; last days of funding calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta

import icalendar
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.custody.models import ReleaseContact
from cases.legal.models import Hearing
from cases.planning.actions import FEED_DAYS_AHEAD, FEED_DAYS_BACK
from cases.planning.models import Appointment
from partnership.isolation.acting import Acting
from programs.funding.models import FundingCall

MOST_IN_FEED = 1000


def appointments_of(acting: Acting) -> list[Appointment]:
    """The user's own appointments, of a while ago and of the weeks to come."""
    now = timezone.now()
    window = (now - timedelta(days=FEED_DAYS_BACK), now + timedelta(days=FEED_DAYS_AHEAD))
    own = Appointment.objects.filter(partner=acting.partner, responsible=acting.user, starts_at__range=window)
    return list(own.select_related("enrolment").order_by("starts_at", "id")[:MOST_IN_FEED])


def hearings_of(acting: Acting) -> list[Hearing]:
    """Hearings in matters of which the user is the lawyer, of a while ago and of the weeks to come."""
    now = timezone.now()
    window = (now - timedelta(days=FEED_DAYS_BACK), now + timedelta(days=FEED_DAYS_AHEAD))
    own = Hearing.objects.filter(partner=acting.partner, matter__lawyer=acting.user, at__range=window)
    hearings = own.exclude(attendance=Hearing.Attendance.CANCELLED).select_related("matter__enrolment")
    return list(hearings.order_by("at", "id")[:MOST_IN_FEED])


def contacts_of(acting: Acting) -> list[ReleaseContact]:
    """The user's contacts around releases, of a while ago and of the weeks to come."""
    now = timezone.now()
    window = (now - timedelta(days=FEED_DAYS_BACK), now + timedelta(days=FEED_DAYS_AHEAD))
    own = ReleaseContact.objects.filter(partner=acting.partner, responsible=acting.user, at__range=window)
    return list(own.select_related("release__enrolment").order_by("at", "id")[:MOST_IN_FEED])


def calls_of(acting: Acting) -> list[FundingCall]:
    """Open funding calls with a last day to which the partner would apply."""
    ours = FundingCall.objects.open().filter(interests__partner=acting.partner, closes_on__isnull=False)
    return list(ours.order_by("closes_on", "id")[:MOST_IN_FEED])


def feed_of(
    appointments: Iterable[Appointment],
    hearings: Iterable[Hearing],
    contacts: Iterable[ReleaseContact],
    calls: Iterable[FundingCall],
) -> bytes:
    """Appointments, hearings and contacts around releases as iCalendar (RFC 5545). When and where, never with whom: calendars are
    shared and synced. And the last days of funding calls, which take the whole day."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Prevention partnership//portal//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", str(_("Prevention partnership")))
    for appointment in appointments:
        event = icalendar.Event()
        event.add("uid", f"appointment-{appointment.pk}@{settings.SITE_URL.split('//')[-1]}")
        event.add("dtstamp", appointment.changed_at.astimezone(UTC))
        event.add("dtstart", appointment.starts_at.astimezone(UTC))
        event.add("dtend", (appointment.starts_at + timedelta(minutes=appointment.minutes)).astimezone(UTC))
        event.add("summary", str(_("Appointment")))
        event.add("class", "CONFIDENTIAL")
        if appointment.place:
            event.add("location", appointment.place)
        event.add("url", settings.SITE_URL + reverse("enrolment", args=[appointment.enrolment_id]))
        calendar.add_component(event)
    for hearing in hearings:
        event = icalendar.Event()
        event.add("uid", f"hearing-{hearing.pk}@{settings.SITE_URL.split('//')[-1]}")
        event.add("dtstamp", timezone.now().astimezone(UTC))
        event.add("dtstart", hearing.at.astimezone(UTC))
        event.add("summary", str(_("Hearing")))
        event.add("class", "CONFIDENTIAL")
        if hearing.place:
            event.add("location", hearing.place)
        event.add("url", settings.SITE_URL + reverse("matter", args=[hearing.matter_id]))
        calendar.add_component(event)
    for contact in contacts:
        event = icalendar.Event()
        event.add("uid", f"release-contact-{contact.pk}@{settings.SITE_URL.split('//')[-1]}")
        event.add("dtstamp", timezone.now().astimezone(UTC))
        event.add("dtstart", contact.at.astimezone(UTC))
        # A calendar on a shared screen must not say that somebody comes from prison.
        event.add("summary", str(_("Appointment")))
        event.add("class", "CONFIDENTIAL")
        event.add("url", settings.SITE_URL + reverse("release", args=[contact.release_id]))
        calendar.add_component(event)
    for call in calls:
        event = icalendar.Event()
        event.add("uid", f"funding-call-{call.pk}@{settings.SITE_URL.split('//')[-1]}")
        event.add("dtstamp", timezone.now().astimezone(UTC))
        event.add("dtstart", call.closes_on)
        event.add("summary", str(_("Last day: %(call)s") % {"call": call.title}))
        event.add("transp", "TRANSPARENT")
        event.add("url", settings.SITE_URL + reverse("funding_call", args=[call.pk]))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
