"""The list of lessons: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.lessons.models import Lesson, LessonPlan

STATE_LOOKS = {"asked": "wait", "assigned": "calm", "held": "good"}


def _lesson(lesson: Lesson) -> str:
    return link(reverse("lesson", args=[lesson.pk]), str(lesson))


LESSON_LIST = Listing(
    page="lesson_list",
    columns=(
        Column("lesson", gettext_lazy("Lesson"), str, _lesson),
        Column("day", gettext_lazy("Day"), lambda one: one.wanted_on, lambda one: day(one.wanted_on)),
        Column("school", gettext_lazy("School"), lambda one: one.partner.name),
        Column("unit", gettext_lazy("Police unit"), lambda one: one.unit.name),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: one.get_state_display(),
            lambda one: tag(one.get_state_display(), STATE_LOOKS.get(one.state, "")),
        ),
        Column("pupils", gettext_lazy("Pupils"), lambda one: one.pupils),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-wanted_on", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["wanted_on", "id"]),
    },
)


def _plan(plan: LessonPlan) -> str:
    return link(reverse("lesson_plan", args=[plan.pk]), plan.title)


LESSON_PLAN_LIST = Listing(
    page="lesson_plan_list",
    columns=(
        Column("title", gettext_lazy("Lesson plan"), lambda one: one.title, _plan),
        Column("programme", gettext_lazy("Part of"), lambda one: str(one.programme)),
        Column("partner", gettext_lazy("Partner"), lambda one: one.partner.name),
        Column("minutes", gettext_lazy("Minutes"), lambda one: one.minutes),
        Column("ages", gettext_lazy("Ages"), lambda one: f"{one.age_from}–{one.age_to}"),
    ),
    sorts={
        "title": Sort(gettext_lazy("By title"), ["title", "id"]),
        "newest": Sort(gettext_lazy("Newest first"), ["-id"]),
    },
)
