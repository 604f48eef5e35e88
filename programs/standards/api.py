"""Prevention plans over the API: a system reads them, with the advice on those whose advice its partner sees."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partnership.api.serializers import Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from programs.permissions import PREVENTION_PLANS
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.standards.practices import CHOICES, Verdict


class SaidAdvice(Strict):
    rule = serializers.CharField(help_text="Which rule says it.")
    severity = serializers.ChoiceField(
        choices=PlanAdvice.Severity.choices, help_text="Whether it stops the plan, warns or asks."
    )
    is_present = serializers.BooleanField(help_text="Whether it still holds; false: a change answered it.")
    answer = serializers.CharField(help_text="Why the plan stays as it is; empty: no reason was given.")


class PreventionPlanSerializer(Resource):
    version = serializers.IntegerField(
        help_text="The first of a programme is 1; what is approved is followed by the next."
    )
    level = serializers.ChoiceField(choices=PreventionPlan.Level.choices, help_text="For whom it is.")
    practices = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES), read_only=True, help_text="What is done."
    )
    deliverers = serializers.ListField(
        child=serializers.ChoiceField(choices=PreventionPlan.Deliverer.choices),
        read_only=True,
        help_text="Who does it.",
    )
    qualified = serializers.CharField(help_text="How they are qualified.")
    sessions = serializers.IntegerField(help_text="Meetings with the same people.")
    part_of = serializers.CharField(help_text="The wider programme of which it is a part.")
    peer_source = serializers.CharField(help_text="Where it is shown that this way of peer mentoring works.")
    evaluation = serializers.ChoiceField(choices=PreventionPlan.Evaluation.choices, help_text="How it is evaluated.")
    rating = serializers.ChoiceField(
        choices=Verdict.choices, help_text="What is known of the least good practice in it; empty: no advice yet."
    )
    edition = serializers.CharField(help_text="The edition of the standards by which it was rated.")
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="When approval was asked for.")
    decided_at = serializers.DateTimeField(allow_null=True, help_text="When the coordinator decided.")
    words = serializers.CharField(help_text="What the coordinator said with the decision.")
    advice = serializers.SerializerMethodField(
        help_text="What rules say to it, and the answers: for its partner and the coordinator; empty for everybody else."
    )

    class Meta:
        model = PreventionPlan
        fields = [
            "id", "partner", "programme", "version", "level", "practices", "deliverers", "qualified", "sessions", "part_of",
            "peer_source", "evaluation", "state", "rating", "edition", "submitted_at", "decided_at", "words", "advice",
        ]  # fmt: skip

    @extend_schema_field(SaidAdvice(many=True))
    def get_advice(self, plan: PreventionPlan) -> list[dict[str, Any]]:
        return [
            {"rule": said.rule, "severity": said.severity, "is_present": said.is_present, "answer": said.answer}
            for said in plan.advice.all()
        ]


class PreventionPlanQuery(Query):
    partner = Number()
    programme = Number()
    state = serializers.ChoiceField(choices=PreventionPlan.State.choices, required=False)


class PreventionPlanView(View):
    """Plans of the caller's partner and all that are approved; for a coordinator's system also those that were submitted. They are
    written, answered for and decided on by people, on their pages."""

    resource = "prevention-plans"
    sees = PREVENTION_PLANS
    serializer_class = PreventionPlanSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": PreventionPlanQuery}

    def get_queryset(self) -> QuerySet[PreventionPlan]:
        return PreventionPlan.objects.seen_by(self.acting).prefetch_related("advice").order_by()
