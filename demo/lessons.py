"""The demo's lessons: one that a unit has to send somebody to, one whose day has come, and two of weeks ago with their answers."""

from __future__ import annotations

import random
from datetime import date, timedelta

from partnership.isolation.acting import Acting
from programs.catalogue.models import Programme
from programs.lessons import actions as lessons
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan

ASKED = (("7 A", 12), ("8 B", 0))
"""Class, and in how many days it asks for a lesson."""
HELD = (("8 C", 33), ("9 A", 26))
"""Class, and how many days ago it had one."""
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
    waiting = [
        lessons.ask_for_lesson(
            by=youth, plan=plan, unit=liaison.partner, class_name=name, wanted_on=today + timedelta(days=days)
        )
        for name, days in ASKED
    ]
    lessons.assign_officer(by=liaison, lesson=waiting[1], officer=liaison.user)
    held = Lesson.objects.bulk_create(
        Lesson(
            partner=youth.partner, unit=liaison.partner, plan_partner=manager.partner, plan=plan, class_name=name,
            wanted_on=today - timedelta(days=days), asked_on=today - timedelta(days=days + 20), asked_by=youth.user,
            officer=liaison.user, state=Lesson.State.HELD, held_on=today - timedelta(days=days), pupils=PUPILS,
            teacher_present=True,
        )
        for name, days in HELD
    )  # fmt: skip
    for lesson in held:
        _answers(lesson, rng)


def _answers(lesson: Lesson, rng: random.Random) -> None:
    LessonFeedback.objects.bulk_create(
        LessonFeedback(
            partner_id=lesson.plan_partner_id,
            plan_id=lesson.plan_id,
            lesson=lesson,
            moment=moment,
            knowledge=min(5, rng.randint(1, 4) + more),
            fairness=min(5, rng.randint(1, 5) + more // 2),
            given_on=lesson.wanted_on,
        )
        for moment, more in ((LessonFeedback.Moment.BEFORE, 0), (LessonFeedback.Moment.AFTER, 1))
        for _pupil in range(PUPILS)
    )
