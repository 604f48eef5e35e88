"""The demo's lessons: one that a unit has to send somebody to, one whose day has come, and two terms of answers."""

from __future__ import annotations

import random
from datetime import date, timedelta

from partnership.isolation.acting import Acting
from programs.catalogue.models import Programme
from programs.lessons import actions as lessons
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan

CLASSES = ("7 A", "8 B", "8 C", "9 A")
PUPILS = 19


def classes(
    manager: Acting, youth: Acting, liaison: Acting, programme: Programme, today: date, rng: random.Random
) -> None:
    """`manager` offers a lesson as part of a programme, `youth` asks for it, `liaison` comes."""
    plan = lessons.save_lesson_plan(
        by=manager,
        plan=LessonPlan(
            partner=manager.partner,
            programme=programme,
            title="Drugs and the law",
            activities="Four cases in groups: what happens, what the law says, whom one can call. The officer answers, the teacher goes on.",
            material="Cases, edition 3",
        ),
    )  # fmt: skip
    asked = [
        lessons.ask_for_lesson(
            by=youth, plan=plan, unit=liaison.partner, class_name=name, wanted_on=today + timedelta(days=days)
        )
        for name, days in zip(CLASSES, (12, 0, 0, 0), strict=True)
    ]
    for lesson in asked[1:]:
        lessons.assign_officer(by=liaison, lesson=lesson, officer=liaison.user)
    for lesson in asked[2:]:
        _answers(lesson, rng, today)
        lessons.hold_lesson(by=liaison, lesson=lesson, held_on=today, pupils=PUPILS, teacher_present=True)


def _answers(lesson: Lesson, rng: random.Random, today: date) -> None:
    LessonFeedback.objects.bulk_create(
        LessonFeedback(
            partner_id=lesson.plan_partner_id,
            plan_id=lesson.plan_id,
            lesson=lesson,
            moment=moment,
            knowledge=min(5, rng.randint(1, 4) + more),
            fairness=min(5, rng.randint(1, 5) + more // 2),
            given_on=today,
        )
        for moment, more in ((LessonFeedback.Moment.BEFORE, 0), (LessonFeedback.Moment.AFTER, 1))
        for _pupil in range(PUPILS)
    )
