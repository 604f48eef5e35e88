"""Lessons over the API: what is offered, and the lessons that a partner asked for, gives or has the plan of. Never what pupils say."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from partnership.api.serializers import Resource
from partnership.api.views import Flag, Number, Query, View, WithoutMarks
from programs.lessons.models import Lesson, LessonPlan
from programs.permissions import LESSONS

PLAN = "Number of the lesson plan."


class LessonPlanSerializer(Resource):
    minutes = serializers.IntegerField(help_text="How long it takes.")
    age_from = serializers.IntegerField(help_text="The youngest age of pupils.")
    age_to = serializers.IntegerField(help_text="The oldest age of pupils.")
    activities = serializers.CharField(help_text="What happens in it.")
    material = serializers.CharField(help_text="Name and edition of its material; empty: not said.")
    is_offered = serializers.BooleanField(help_text="Whether a class can ask for it.")

    class Meta:
        model = LessonPlan
        fields = [
            "id", "partner", "programme", "title", "minutes", "age_from", "age_to", "activities", "material", "is_offered",
        ]  # fmt: skip


class LessonPlanQuery(Query):
    partner = Number()
    programme = Number()
    is_offered = Flag(help_text="Whether a class can ask for it.")


class LessonPlanView(View):
    """Lesson plans of all partners, each as part of a programme."""

    resource = "lesson-plans"
    sees = LESSONS
    serializer_class = LessonPlanSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": LessonPlanQuery}

    def get_queryset(self) -> QuerySet[LessonPlan]:
        return LessonPlan.objects.order_by()


class LessonSerializer(Resource):
    unit = serializers.IntegerField(source="unit_id", help_text="Number of the police unit that gives it.")
    lesson_plan = serializers.IntegerField(source="plan_id", help_text=PLAN)
    class_name = serializers.CharField(help_text="The class; never names.")
    wanted_on = serializers.DateField(help_text="The day for which it was asked.")
    held_on = serializers.DateField(allow_null=True, help_text="The day on which it was held; null: not yet.")
    pupils = serializers.IntegerField(allow_null=True, help_text="Pupils who were there, counted; null: not held.")
    cancelled_why = serializers.CharField(help_text="Why it was cancelled; empty: it was not.")

    class Meta:
        model = Lesson
        fields = [
            "id", "partner", "unit", "lesson_plan", "class_name", "state", "wanted_on", "held_on", "pupils", "cancelled_why",
        ]  # fmt: skip


class LessonQuery(Query):
    lesson_plan = Number(source="plan", help_text=PLAN)
    state = serializers.ChoiceField(choices=Lesson.State.choices, required=False)
    wanted_from = serializers.DateField(
        required=False, source="wanted_on__gte", help_text="Asked for on this day or later."
    )


class LessonView(View):
    """Lessons that the caller's partner asked for, gives or has the plan of. What pupils say no system reads."""

    resource = "lessons"
    sees = LESSONS
    serializer_class = LessonSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": LessonQuery}

    def get_queryset(self) -> QuerySet[Lesson]:
        return Lesson.objects.seen_by(self.acting).order_by()
