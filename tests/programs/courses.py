"""Courses that several tests begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from partnership.isolation.acting import Acting
from partnership.members.models import Partner
from programs.training import actions as training
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession, Qualification
from tests.world import World, on_web, run_as


def qualification(
    world: World,
    code: str = "prevention",
    activities: tuple[str, ...] = (),
    months: int = 24,
    givers: Sequence[Partner] | None = None,
) -> Qualification:
    """One that courses of the world's NGO give, unless others are named."""
    saved: Qualification = run_as(
        world.coordinator,
        training.save_qualification,
        qualification=Qualification(code=code, name=code.title(), valid_months=months),
        activities=activities,
        givers=[world.ngo] if givers is None else givers,
    )
    return saved


def course_day(world: World, gives: Qualification | None = None, places: int = 20, **course: Any) -> CourseSession:
    """A day, tomorrow, of a course of the world's NGO."""
    fields = {"title": "Working together", "topic": "working_together", "hours": 6} | course
    by = world.case_manager
    saved = run_as(by, training.save_course, course=Course(partner=world.ngo, gives=gives, **fields))
    day = CourseSession(starts_at=timezone.now() + timedelta(days=1), place="Room 1", places=places, trainers="User")
    held: CourseSession = run_as(by, training.hold_course, course=saved, session=day)
    return held


def begin(session: CourseSession) -> CourseSession:
    """Yesterday it was."""
    CourseSession.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(days=1))
    return CourseSession.objects.get(pk=session.pk)


def signed_up(session: CourseSession, acting: Acting) -> CourseAttendance:
    with on_web(acting):
        place = training.sign_up(by=acting, session=CourseSession.objects.get(pk=session.pk))
    return CourseAttendance.objects.get(pk=place.pk)


def passed(world: World, session: CourseSession, acting: Acting) -> Certificate:
    """Somebody took the course, passed, and has its certificate."""
    place = signed_up(session, acting)
    begin(session)
    place.refresh_from_db()
    run_as(
        world.case_manager,
        training.mark_attendance,
        attendance=CourseAttendance.objects.get(pk=place.pk),
        state="passed",
    )
    return place.certificates.get()
