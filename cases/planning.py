"""Actions on appointments, tasks and assessments, and the calendar that a user subscribes to."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

import icalendar
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services
from cases.models import HIGHEST, Appointment, Assessment, CalendarFeed, Enrolment, Person, Session, Task
from partnership.access import Acting
from partnership.errors import Invalid, RuleError
from partnership.models import User

FEED_DAYS_BACK, FEED_DAYS_AHEAD = 30, 180
MOST_IN_FEED = 1000


class AlreadyRecorded(RuleError):
    code = "already_recorded"


# --- Appointments ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_appointment(
    *, by: Acting, enrolment: Enrolment, starts_at: datetime, minutes: int, method: str, place: str, responsible: User
) -> Appointment:
    """Agrees a meeting with a person who takes part. Raises EnrolmentEnded, or Invalid for a colleague of another partner."""
    services.open_enrolment(enrolment)
    _check_colleague(by, responsible, "responsible")
    return Appointment.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        responsible=responsible,
        starts_at=starts_at,
        minutes=minutes,
        method=method,
        place=place,
    )


def _check_colleague(by: Acting, user: User, field: str) -> None:
    if user not in services.team(by):
        raise Invalid(field, _("Choose somebody of your own team."))


@transaction.atomic
def move_appointment(
    *,
    by: Acting,
    appointment: Appointment,
    starts_at: datetime,
    minutes: int,
    method: str,
    place: str,
    responsible: User,
) -> Appointment:
    """Changes an appointment that has not been recorded yet."""
    locked = _waiting(appointment)
    _check_colleague(by, responsible, "responsible")
    locked.starts_at, locked.minutes, locked.method, locked.place = starts_at, minutes, method, place
    locked.responsible, locked.changed_at = responsible, timezone.now()
    locked.save()
    return locked


def _waiting(appointment: Appointment) -> Appointment:
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if locked.session_id:
        raise AlreadyRecorded(_("How this appointment went is recorded already."))
    return locked


@transaction.atomic
def record_appointment(*, by: Acting, appointment: Appointment, attendance: str) -> Session:
    """Says how an appointment went: a session of its day, method and length. Recorded once, however often it is pressed."""
    locked = _waiting(appointment)
    held_on = timezone.localtime(locked.starts_at).date()
    session = services.record_session(
        by=by,
        enrolment=locked.enrolment,
        held_on=held_on,
        method=locked.method,
        attendance=attendance,
        minutes=locked.minutes if attendance == Session.Attendance.ATTENDED else None,
    )
    locked.session, locked.changed_at = session, timezone.now()
    locked.save(update_fields=["session", "changed_at"])
    return session


@transaction.atomic
def cancel_appointment(*, appointment: Appointment) -> None:
    """Takes an appointment that has not been recorded off the calendar."""
    _waiting(appointment).delete()


# --- Tasks -----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_task(*, by: Acting, text: str, due_on: date | None, assigned_to: User, person: Person | None = None) -> Task:
    """Notes something to be done by somebody of the own team."""
    _check_colleague(by, assigned_to, "assigned_to")
    return Task.objects.create(
        partner=by.partner, text=text, due_on=due_on, assigned_to=assigned_to, person=person, created_by=by.user
    )


@transaction.atomic
def mark_task(*, task: Task, done: bool) -> None:
    """Marks a task as done, or takes the mark back."""
    task.done_at = timezone.now() if done else None
    task.save(update_fields=["done_at"])


def to_do(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """What is not done yet, the most pressing first; without a day, last."""
    return tasks.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "id")


# --- Assessments -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_assessment(*, by: Acting, enrolment: Enrolment, instrument: str, score: int, held_on: date) -> Assessment:
    """Records the total score of an instrument. Raises Invalid for a score outside its range or a second one of the day."""
    services.open_enrolment(enrolment)
    if not 0 <= score <= HIGHEST[instrument]:
        raise Invalid("score", _("The total score lies between 0 and %(most)s.") % {"most": HIGHEST[instrument]})
    if held_on > timezone.localdate():
        raise Invalid("held_on", _("The date lies in the future."))
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                partner=by.partner,
                enrolment=enrolment,
                instrument=instrument,
                score=score,
                held_on=held_on,
                recorded_by=by.user,
            )
    except IntegrityError as error:
        if "assessed_once_a_day" in str(error):
            raise Invalid("held_on", _("This instrument was recorded for that day already.")) from error
        raise


# --- The calendar as a feed ----------------------------------------------------------------------------------------------------


@transaction.atomic
def make_feed(*, by: Acting) -> str:
    """A new secret address for the user's calendar, shown once; the earlier one stops working. Returns its token."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=by.user,
        partner=by.partner,
        defaults={"token_hash": CalendarFeed.hash_of(token), "made_at": timezone.now()},
    )
    return token


@transaction.atomic
def drop_feed(*, by: Acting) -> None:
    CalendarFeed.objects.filter(user=by.user, partner=by.partner).delete()


def feed_of(acting: Acting) -> bytes:
    """The user's own appointments as iCalendar (RFC 5545). When and where, never with whom: calendars are shared and synced."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Prevention partnership//portal//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", str(_("Prevention partnership")))
    now = timezone.now()
    window = (now - timedelta(days=FEED_DAYS_BACK), now + timedelta(days=FEED_DAYS_AHEAD))
    own = Appointment.objects.filter(partner=acting.partner, responsible=acting.user, starts_at__range=window)
    for appointment in own.order_by("starts_at", "id")[:MOST_IN_FEED]:
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
    return bytes(calendar.to_ical())
