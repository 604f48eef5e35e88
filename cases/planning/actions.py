"""What can be done with appointments, tasks and the address of a calendar feed."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session
from cases.people.models import Person
from cases.planning.models import Appointment, CalendarFeed, Task
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import check_of_our_time
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, User
from partnership.pages.days import day_of

DEFAULT_MINUTES = 60
"""Of an appointment whose length nobody has said."""
FEED_DAYS_BACK, FEED_DAYS_AHEAD = 30, 180


class AlreadyRecorded(RuleError):
    """How the appointment went is recorded already. Nothing is left to do; a new meeting is a new appointment."""

    code = "already_recorded"


# --- Appointments ----------------------------------------------------------------------------------------------------------


@action("appointment.make", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def make_appointment(
    *, by: Acting, enrolment: Enrolment, starts_at: datetime, minutes: int, method: str, place: str, responsible: User
) -> Appointment:
    """Agrees a meeting with a person who takes part. Raises EnrolmentEnded, or Invalid for a colleague of another partner or a day that
    nobody lives to see."""
    enrolments.open_enrolment(enrolment)
    _check_colleague(by, responsible, "responsible")
    check_of_our_time("day", starts_at)
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
    if user not in enrolments.team(by):
        raise Invalid(field, _("Choose somebody of your own team."))


@action("appointment.move", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
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
    locked = _locked_unrecorded(appointment)
    _check_colleague(by, responsible, "responsible")
    check_of_our_time("day", starts_at)
    locked.starts_at, locked.minutes, locked.method, locked.place = starts_at, minutes, method, place
    locked.responsible, locked.changed_at = responsible, timezone.now()
    locked.save()
    return locked


def _locked_unrecorded(appointment: Appointment) -> Appointment:
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if locked.is_recorded:
        raise AlreadyRecorded(_("How this appointment went is recorded already."))
    return locked


@action("appointment.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def record_appointment(*, by: Acting, appointment: Appointment, attendance: str) -> Session:
    """Says how an appointment went: a session of its day, method and length. Recorded once, however often it is pressed."""
    locked = _locked_unrecorded(appointment)
    held_on = timezone.localtime(locked.starts_at).date()
    session = enrolments.record_session(
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


@action("meeting.record", roles=CASEWORK_ROLES, party=Party.OWNER, event="session.recorded")
def record_meeting(
    *,
    by: Acting,
    enrolment: Enrolment,
    held_on: date,
    method: str,
    attendance: str,
    minutes: int | None = None,
    note: str = "",
    next_at: datetime | None = None,
    next_place: str = "",
) -> Session:
    """Records a meeting at once: the session, a note of it, the next appointment. All of it or nothing.

    An appointment of that day that waits to be recorded is recorded by it. Raises as `record_session` and `make_appointment` do,
    and Invalid for a next appointment that is not in the future.
    """
    waiting = Appointment.objects.unrecorded().filter(enrolment=enrolment, starts_at__range=day_of(held_on))
    agreed = waiting.select_for_update(of=("self",)).order_by("starts_at").first()
    session = enrolments.record_session(
        by=by, enrolment=enrolment, held_on=held_on, method=method, attendance=attendance, minutes=minutes
    )
    if agreed:
        agreed.session, agreed.changed_at = session, timezone.now()
        agreed.save(update_fields=["session", "changed_at"])
    if note.strip():
        enrolments.add_note(by=by, enrolment=enrolment, text=note)
    if next_at:
        if next_at <= timezone.now():
            raise Invalid("next_day", _("The next appointment lies in the past."))
        make_appointment(
            by=by,
            enrolment=enrolment,
            starts_at=next_at,
            minutes=minutes or DEFAULT_MINUTES,
            method=method,
            place=next_place,
            responsible=by.user,
        )
    return session


@action("appointment.cancel", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def cancel_appointment(*, by: Acting, appointment: Appointment) -> None:
    """Takes an appointment that has not been recorded off the calendar."""
    _locked_unrecorded(appointment).delete()


# --- Tasks -----------------------------------------------------------------------------------------------------------------


@action("task.add", roles=CASEWORK_ROLES)
def add_task(*, by: Acting, text: str, due_on: date | None, assigned_to: User, person: Person | None = None) -> Task:
    """Notes something to be done by somebody of the own team."""
    _check_colleague(by, assigned_to, "assigned_to")
    return Task.objects.create(
        partner=by.partner, text=text, due_on=due_on, assigned_to=assigned_to, person=person, created_by=by.user
    )


@action("task.mark", roles=CASEWORK_ROLES, party=Party.OWNER)
def mark_task(*, by: Acting, task: Task, done: bool) -> None:
    """Marks a task as done, or takes the mark back."""
    task.done_at = timezone.now() if done else None
    task.save(update_fields=["done_at"])


def to_do(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """What is not done yet, the most pressing first; without a day, last."""
    return tasks.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "id")


# --- The calendar as a feed ----------------------------------------------------------------------------------------------------


@action("calendar_feed.make")
def make_feed(*, by: Acting) -> str:
    """A new secret address for the user's calendar, shown once; the earlier one stops working. Returns its token."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=by.user,
        partner=by.partner,
        defaults={"token_hash": CalendarFeed.hash_of(token), "made_at": timezone.now()},
    )
    return token


@action("calendar_feed.drop")
def drop_feed(*, by: Acting) -> None:
    """Ends the user's calendar feed: its address stops working."""
    CalendarFeed.objects.filter(user=by.user, partner=by.partner).delete()
