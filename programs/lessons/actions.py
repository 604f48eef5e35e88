"""What can be done with lessons: a plan, asking for a day, assigning an officer, holding or cancelling it, and what pupils say."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Membership, Partner, Role, User
from programs.lessons import events
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from programs.training.delivering import missing_for
from programs.training.models import Activity

ASKING_ROLES = (*CASEWORK_ROLES, Role.PROFESSIONAL)
"""Who has a class or group: schools, youth services, organisations."""
State = Lesson.State


class OfficerUncertified(RuleError):
    """The officer has no valid certificate for lessons. Assign somebody who has one; a manager of the unit can give a reason instead."""

    code = "officer_uncertified"


class TeacherMissing(RuleError):
    """A lesson is held with a teacher present. Without one it was no lesson: cancel it and say why."""

    code = "teacher_missing"


class LessonOver(RuleError):
    """The lesson was held or cancelled. Ask for another one."""

    code = "lesson_over"
    status = 409


class NoSuchLesson(RuleError):
    """This address takes no answers: it is wrong, too early or too late, or it has enough. Ask your teacher."""

    code = "no_such_lesson"
    status = 404


def officers_of(unit: Partner) -> QuerySet[User]:
    """Who of a unit can come to a class: its people, and none of its systems."""
    members = Membership.objects.in_use().filter(partner=unit, api_client=None)
    return User.objects.filter(pk__in=members.values("user"))


@action("lesson_plan.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_lesson_plan(*, by: Acting, plan: LessonPlan) -> LessonPlan:
    """Adds or changes a lesson plan of the acting partner, as part of one of its programmes."""
    plan.save()
    return plan


@action("lesson.ask", roles=ASKING_ROLES, event="lesson.asked")
def ask_for_lesson(*, by: Acting, plan: LessonPlan, unit: Partner, class_name: str, wanted_on: date) -> Lesson:
    """Asks a police unit for a lesson on a day. Raises DateOutOfRange for a day that is over."""
    if wanted_on < timezone.localdate():
        raise DateOutOfRange(_("Choose a day that is still to come."))
    if unit.kind != Partner.Kind.POLICE or not plan.is_offered:
        raise Invalid("unit", _("Choose a police unit, and a plan that is offered."))
    lesson = Lesson.objects.create(
        partner=by.partner,
        unit=unit,
        plan_partner_id=plan.partner_id,
        plan=plan,
        class_name=class_name,
        wanted_on=wanted_on,
        asked_by=by.user,
    )
    _tell(lesson, events.ASKED, unit.pk)
    return lesson


@action("lesson.assign", roles=(Role.POLICE_LIAISON,), event="lesson.assigned")
def assign_officer(*, by: Acting, lesson: Lesson, officer: User, because: str = "") -> Lesson:
    """Assigns an officer of the acting unit who has a valid certificate on that day; a manager can assign another, for a reason.

    Raises OfficerUncertified, LessonOver and Invalid for somebody who is not of the unit.
    """
    lesson = _open_lesson(lesson, unit=by.partner)
    if not officers_of(by.partner).filter(pk=officer.pk).exists():
        raise Invalid("officer", _("Choose somebody of your unit."))
    because = because.strip()
    missing = missing_for(officer.pk, by.partner.pk, Activity.LESSON, lesson.wanted_on)
    if missing and not (because and by.is_manager):
        raise _uncertified(officer, missing)
    lesson.state, lesson.officer = State.ASSIGNED, officer
    lesson.without_certificate_because = because if missing else ""
    lesson.save(update_fields=["state", "officer", "without_certificate_because"])
    _tell(lesson, events.ASSIGNED, lesson.partner_id)
    return lesson


@action("lesson.hold", roles=(Role.POLICE_LIAISON,))
def hold_lesson(*, by: Acting, lesson: Lesson, held_on: date, pupils: int, teacher_present: bool) -> Lesson:
    """Says that a lesson was held, before how many pupils, by the officer who was assigned and may still give it.

    Raises TeacherMissing, OfficerUncertified, LessonOver, DateOutOfRange, and Invalid where nobody is assigned or who was has left.
    """
    lesson = _open_lesson(lesson, unit=by.partner)
    officer = lesson.officer
    if officer is None:
        raise Invalid("officer", _("Assign an officer first."))
    if not officers_of(by.partner).filter(pk=officer.pk).exists():
        raise Invalid("officer", _("%(officer)s has left your unit: assign somebody else.") % {"officer": officer})
    missing = missing_for(officer.pk, by.partner.pk, Activity.LESSON, held_on)
    if missing and not lesson.without_certificate_because:
        raise _uncertified(officer, missing)
    if not teacher_present:
        raise TeacherMissing(_("Without a teacher it was no lesson: cancel it and say why."))
    if not lesson.asked_on <= held_on <= timezone.localdate():
        raise DateOutOfRange(_("Choose a day from the one on which the class asked until today."))
    lesson.state, lesson.held_on, lesson.pupils, lesson.teacher_present = State.HELD, held_on, pupils, True
    lesson.save(update_fields=["state", "held_on", "pupils", "teacher_present"])
    return lesson


@action("lesson.cancel", roles=(*ASKING_ROLES, Role.POLICE_LIAISON), event="lesson.cancelled")
def cancel_lesson(*, by: Acting, lesson: Lesson, because: str) -> Lesson:
    """Cancels a lesson that was not held; school or unit. Raises Invalid without words, and LessonOver."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    lesson = _open_lesson(lesson)
    lesson.state, lesson.cancelled_why = State.CANCELLED, because.strip()
    lesson.save(update_fields=["state", "cancelled_why"])
    _tell(lesson, events.CANCELLED, lesson.unit_id if by.partner.pk == lesson.partner_id else lesson.partner_id)
    return lesson


@action("lesson.feedback", outside="anyone")
def give_feedback(*, token: str, moment: str, knowledge: int, fairness: int) -> None:
    """Writes down what a pupil says, who stays unknown. Raises NoSuchLesson."""
    moment = LessonFeedback.Moment(moment)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_lesson_feedback(%s, %s, %s::smallint, %s::smallint)",
            [token, moment.value, knowledge, fairness],
        )
        if not cursor.fetchone()[0]:
            raise NoSuchLesson(_("This address takes no answers now. Ask your teacher."))


def _uncertified(officer: User, missing: list[str]) -> OfficerUncertified:
    return OfficerUncertified(
        _(
            "%(officer)s has no valid certificate on that day: %(names)s. A manager of your unit can assign them for a reason."
        )
        % {"officer": officer, "names": ", ".join(missing)}
    )


def _open_lesson(lesson: Lesson, unit: Partner | None = None) -> Lesson:
    """The lesson as it is stored, locked; of this unit, where one is named. Raises LessonOver."""
    stored = Lesson.objects.select_for_update().filter(pk=lesson.pk, state__in=Lesson.OPEN)
    if unit is not None:
        stored = stored.filter(unit=unit)
    locked = stored.first()
    if locked is None:
        raise LessonOver(_("This lesson was held or cancelled, or is another unit's."))
    return locked


def _tell(lesson: Lesson, event_type: EventType, partner: int) -> None:
    roles = [str(Role.POLICE_LIAISON)] if partner == lesson.unit_id else [str(role) for role in ASKING_ROLES]
    url = reverse("lesson", args=[lesson.pk])
    key = f"{event_type.name}:{lesson.pk}:{lesson.officer_id or 0}"
    announce(event_type, key, tell=[{"partner": partner, "roles": roles, "url": url}], lesson=lesson.pk)
