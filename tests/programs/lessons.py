"""Lessons that several tests begin with."""

from __future__ import annotations

from datetime import date, timedelta

from programs.lessons import actions as lessons
from programs.lessons.models import Lesson, LessonPlan
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
