"""What can be done with what was recorded by mistake: correcting it, taking it back, restoring it.

What is taken back stays in sight of its own partner and counts nowhere. Each change stands in the history of its record.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assessments.actions import Answers, check_age, check_days, result_of
from cases.assessments.instruments import INSTRUMENTS
from cases.assessments.models import Assessment
from cases.corrections.models import Entry, Mistake
from cases.enrolments import events
from cases.enrolments.actions import AlreadyEnrolled, check_takes_part_once
from cases.enrolments.models import Enrolment, Goal, Note, Session
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES

E = TypeVar("E", bound=Entry)


class EntryTakenBack(RuleError):
    """The entry was taken back, so it can't be corrected or taken back again. Restore it first."""

    code = "entry_taken_back"
    status = 409


class NotTakenBack(RuleError):
    """There is nothing to restore: the entry counts, or the participation goes on. Read it again."""

    code = "not_taken_back"
    status = 409


class NotTheAuthor(RuleError):
    """A note is its author's words. Ask the author to correct it, or write a note of your own."""

    code = "not_the_author"
    status = 403


# --- Entries -----------------------------------------------------------------------------------------------------------------


@action("session.correct", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="session.corrected")
def correct_session(
    *, by: Acting, session: Session, held_on: date, method: str, attendance: str, minutes: int | None = None
) -> Session:
    """Corrects a session. Last contact and the progress of a diversion follow. Raises DateOutOfRange for a day outside the
    participation, and EntryTakenBack."""
    session = _locked_counted(session)
    _check_day(session.enrolment, held_on)
    attended_before = _attended(session).count()
    session.held_on, session.method, session.attendance, session.minutes = held_on, method, attendance, minutes
    session.save(update_fields=["held_on", "method", "attendance", "minutes"])
    _follow(by, session, attended_before)
    return session


@action("assessment.correct", roles=CASEWORK_ROLES, party=Party.OWNER, scope="assessments:write")
def correct_assessment(
    *,
    by: Acting,
    assessment: Assessment,
    instrument: str,
    held_on: date,
    score: int | None = None,
    answers: Answers | None = None,
    review_on: date | None = None,
) -> Assessment:
    """Corrects what an instrument came to. Raises Invalid as recording one does, and EntryTakenBack."""
    assessment = _locked_counted(assessment)
    check_days(held_on, review_on)
    tool = INSTRUMENTS[instrument]
    check_age(tool, assessment.enrolment.person, held_on)
    assessment.score, assessment.answers = result_of(tool, score=score, answers=answers)
    assessment.instrument, assessment.held_on, assessment.review_on = instrument, held_on, review_on
    return _saved_once_a_day(assessment)


@action("goal.correct", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def correct_goal(*, by: Acting, goal: Goal, area: str, text: str) -> Goal:
    """Corrects what a goal says. Raises EntryTakenBack."""
    goal = _locked_counted(goal)
    goal.area, goal.text = area, text
    goal.save(update_fields=["area", "text"])
    return goal


@action("note.correct", roles=CASEWORK_ROLES, party=Party.OWNER)
def correct_note(*, by: Acting, note: Note, text: str) -> Note:
    """Corrects a note of one's own; what it said stays in its history. Raises NotTheAuthor, and EntryTakenBack."""
    note = _locked_counted(note)
    if note.author_id != by.user.pk:
        raise NotTheAuthor(
            _("Only its author can correct a note. You can write one of your own, or take this one back.")
        )
    note.text = text
    note.save(update_fields=["text"])
    return note


@action("entry.take_back", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="session.corrected")
def take_back(*, by: Acting, entry: E, why: str) -> E:
    """Takes back what was recorded by mistake: it counts nowhere from now on, and stays in sight with who, when and why."""
    entry = _locked_counted(entry)
    attended_before = _attended(entry).count()
    entry.taken_back_at, entry.taken_back_by, entry.taken_back_why = timezone.now(), by.user, Mistake(why)
    entry.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    _follow(by, entry, attended_before)
    return entry


@action("entry.restore", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="session.corrected")
def restore(*, by: Acting, entry: E) -> E:
    """Lets an entry that was taken back count again. Raises NotTakenBack, and Invalid for a second score of the day."""
    entry = _locked(entry)
    if not entry.is_taken_back:
        raise NotTakenBack(_("This entry was not taken back: it counts."))
    attended_before = _attended(entry).count()
    entry.taken_back_at, entry.taken_back_by, entry.taken_back_why = None, None, ""
    if isinstance(entry, Assessment):
        _saved_once_a_day(entry)
    else:
        entry.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    _follow(by, entry, attended_before)
    return entry


def _locked(entry: E) -> E:
    """The entry as it is now, locked. Its enrolment is locked first: what is counted of it waits."""
    Enrolment.objects.select_for_update().get(pk=entry.enrolment_id)
    locked: E = type(entry)._default_manager.select_for_update().get(pk=entry.pk)
    return locked


def _locked_counted(entry: E) -> E:
    entry = _locked(entry)
    if entry.is_taken_back:
        raise EntryTakenBack(_("This entry was taken back. Restore it first."))
    return entry


def _attended(entry: Entry) -> QuerySet[Session]:
    """The attended sessions of the entry's enrolment that count."""
    return Session.objects.counted().filter(enrolment=entry.enrolment_id, attendance=Session.Attendance.ATTENDED)


def _follow(by: Acting, entry: Entry, attended_before: int) -> None:
    """Brings up to date what follows from the sessions of an enrolment, and tells who counts them."""
    if not isinstance(entry, Session):
        return
    last = _attended(entry).aggregate(last=Max("held_on"))["last"]
    Enrolment.objects.filter(pk=entry.enrolment_id).update(last_contact_on=last)
    announce(
        events.SESSION_CORRECTED,
        f"session:{entry.pk}:corrected:{timezone.now().isoformat()}",
        partner=by.partner.pk,
        enrolment=entry.enrolment_id,
        attended_before=attended_before,
    )


def _saved_once_a_day(assessment: Assessment) -> Assessment:
    try:
        with transaction.atomic():
            assessment.save()
    except IntegrityError as error:
        if "assessed_once_a_day" in str(error):
            raise Invalid("held_on", _("This instrument was recorded for that day already.")) from error
        raise
    return assessment


def _check_day(enrolment: Enrolment, day: date) -> None:
    if not enrolment.started_on <= day <= (enrolment.ended_on or timezone.localdate()):
        raise DateOutOfRange(_("The date lies outside the participation or in the future."))


# --- Enrolments --------------------------------------------------------------------------------------------------------------


@action(
    "enrolment.correct", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="enrolment.corrected"
)
def correct_enrolment(
    *, by: Acting, enrolment: Enrolment, started_on: date, ended_on: date | None = None, reason: str = ""
) -> Enrolment:
    """Corrects the day of the start and, of an ended enrolment, day and reason of the end; the referral that led to it follows.

    Raises DateOutOfRange where sessions lie outside, and NotTakenBack for the end of an enrolment that has none.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if bool(ended_on) != bool(enrolment.ended_on):
        raise Invalid("ended_on", _("Correct the end here; record one, or take it back, by its own button."))
    if started_on > timezone.localdate() or (ended_on and not started_on <= ended_on <= timezone.localdate()):
        raise DateOutOfRange(_("The end lies before the start or in the future."))
    sessions = enrolment.sessions.counted()
    if sessions.filter(held_on__lt=started_on).exists() or (
        ended_on and sessions.filter(held_on__gt=ended_on).exists()
    ):
        raise DateOutOfRange(_("A session lies outside these days. Correct or take back the session first."))
    is_told = ended_on is not None and reason != enrolment.end_reason
    _set_death(enrolment, ended_on if reason == Enrolment.EndReason.DIED else None)
    enrolment.started_on, enrolment.ended_on, enrolment.end_reason = started_on, ended_on, reason
    enrolment.save(update_fields=["started_on", "ended_on", "end_reason"])
    if is_told:
        _tell_end(by, enrolment)
    return enrolment


@action(
    "enrolment.reopen", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="enrolment.corrected"
)
def reopen(*, by: Acting, enrolment: Enrolment) -> Enrolment:
    """Takes back the end of an enrolment: the person takes part as if it had not ended, and the referral that led to it opens
    again. They are in the phase in which they were, and in their bed where nothing has come into it since. Appointments that the end
    took off the calendar are made anew. Raises NotTakenBack, and AlreadyEnrolled where the person
    was enrolled again meanwhile."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if not enrolment.ended_on or enrolment.person.erased_on:
        raise NotTakenBack(_("This participation has not ended."))
    check_takes_part_once(enrolment.person, enrolment.programme)
    _set_death(enrolment, None)
    enrolment.ended_on, enrolment.end_reason = None, ""
    try:
        with transaction.atomic():
            enrolment.save(update_fields=["ended_on", "end_reason"])
    except IntegrityError as error:
        if "enrolled_once_at_a_time" in str(error):
            raise AlreadyEnrolled(_("This person takes part in the programme already.")) from error
        raise
    _tell_end(by, enrolment)
    return enrolment


def _set_death(enrolment: Enrolment, died_on: date | None) -> None:
    """The person's day of death follows, where this end is what said it."""
    person = enrolment.person
    said_here = enrolment.end_reason == Enrolment.EndReason.DIED and person.died_on == enrolment.ended_on
    if (said_here or person.died_on is None) and person.died_on != died_on:
        person.died_on = died_on
        person.save()


def _tell_end(by: Acting, enrolment: Enrolment) -> None:
    key = f"enrolment:{enrolment.pk}:corrected:{timezone.now().isoformat()}"
    announce(events.CORRECTED, key, partner=by.partner.pk, user=by.user.pk, enrolment=enrolment.pk)
