"""Lessons that several tests begin with."""

from __future__ import annotations

from datetime import date, timedelta

from programs.lessons import actions as lessons
from programs.lessons.feedback import DAYS
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from tests.world import World, run_as


def lesson_plan(world: World) -> LessonPlan:
    """A plan of the world's NGO, as part of its programme."""
    plan = LessonPlan(
        partner=world.ngo, programme=world.programme, title="Drugs and the law", activities="Cases in groups"
    )
    saved: LessonPlan = run_as(world.case_manager, lessons.save_lesson_plan, plan=plan)
    return saved


def asked_lesson(world: World, plan: LessonPlan, wanted_on: date | None = None) -> Lesson:
    """A class of the social services asks the world's unit for tomorrow."""
    lesson: Lesson = run_as(
        world.professional,
        lessons.ask_for_lesson,
        plan=plan,
        unit=world.police,
        class_name="8 B",
        wanted_on=wanted_on or world.today + timedelta(days=1),
    )
    return lesson


def lesson_over(world: World) -> Lesson:
    """A lesson of the world's plan so long ago that it takes no answers any more."""
    day = world.today - timedelta(days=DAYS + 1)
    return Lesson.objects.create(
        partner=world.social, unit=world.police, plan_partner=world.ngo, plan=world.plan, class_name="9 C", wanted_on=day,
        asked_on=day, asked_by=world.professional.user, officer=world.liaison.user, state="held", held_on=day,
        teacher_present=True, pupils=20,
    )  # fmt: skip


def pupils_said(lesson: Lesson, moment: str, *answers: int) -> None:
    """So many answers of a lesson; pupils feel of its fairness as they know."""
    LessonFeedback.objects.bulk_create(
        LessonFeedback(
            partner=lesson.plan_partner, plan=lesson.plan, lesson=lesson, moment=moment, knowledge=number, fairness=number,
            given_on=lesson.wanted_on,
        )
        for number in answers
    )  # fmt: skip
