"""Assessments of the partner's own enrolments over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.assessments import actions as assessments
from cases.assessments.models import CHOICES, Assessment
from cases.corrections import actions as corrections
from cases.corrections.api import EntryQuery, EntryView
from cases.enrolments.models import Enrolment
from cases.permissions import ASSESSMENTS
from partnership.api.serializers import InPast, Resource, Strict


class AnswerInput(Strict):
    item = serializers.CharField(max_length=20, help_text="The item's code, as /codes lists it after the instrument's.")
    value = serializers.IntegerField(min_value=0, max_value=9, help_text="The item's points.")
    need = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="Of the whole situation: what the person needs."
    )
    wish = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="Of the whole situation: what the person wishes."
    )


class AssessmentSerializer(Resource):
    answers = serializers.SerializerMethodField(
        help_text="The points of each item; none where the total alone was typed."
    )

    class Meta:
        model = Assessment
        fields = [
            "id", "enrolment", "instrument", "score", "answers", "held_on", "review_on", "recorded_at", "taken_back_at",
            "taken_back_why",
        ]  # fmt: skip

    @extend_schema_field(AnswerInput(many=True))
    def get_answers(self, assessment: Assessment) -> list[dict[str, Any]]:
        return [
            {"item": item, "value": answer["points"], "need": answer.get("need", ""), "wish": answer.get("wish", "")}
            for item, answer in assessment.answers.items()
        ]


class AssessmentQuery(EntryQuery):
    instrument = serializers.ChoiceField(choices=CHOICES, required=False)


class AssessmentInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    instrument = serializers.ChoiceField(choices=CHOICES)
    held_on = InPast()
    score = serializers.IntegerField(
        min_value=0, max_value=100, default=None, allow_null=True, help_text="The total, where there are no answers."
    )
    answers = AnswerInput(many=True, default=list, help_text="The points of each item: the total follows from them.")
    review_on = serializers.DateField(default=None, allow_null=True)


class AssessmentCorrectionInput(Strict):
    held_on = InPast(required=False)
    score = serializers.IntegerField(
        min_value=0, max_value=100, required=False, help_text="Of an assessment without answers."
    )
    answers = AnswerInput(many=True, required=False, help_text="All of them: they take the place of those before.")
    review_on = serializers.DateField(required=False, allow_null=True)


class AssessmentView(EntryView):
    """What instruments came to, for the partner's own enrolments. No other partner sees them."""

    resource = "assessments"
    entry = Assessment
    tombstones = ("cases_assessment",)
    sees = ASSESSMENTS
    does = {
        "create": assessments.record_assessment,
        "partial_update": corrections.correct_assessment,
        "take_back": corrections.take_back,
        "restore": corrections.restore,
    }
    serializer_class = AssessmentSerializer
    queries = {"list": AssessmentQuery}

    @extend_schema(request=AssessmentInput, responses={201: AssessmentSerializer})
    def create(self, request: Request) -> Response:
        """Records what an instrument came to: the answers, from which the total follows, or the total alone."""
        fields = self.checked_body(AssessmentInput)
        self.check_door(fields["enrolment"])
        assessment = assessments.record_assessment(by=self.acting, **_with_answers(fields))
        headers = {"Location": request.build_absolute_uri(f"/api/v1/assessments/{assessment.pk}")}
        return self.answer(assessment, 201, headers)

    @extend_schema(request=AssessmentCorrectionInput, responses={200: AssessmentSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Corrects an assessment. Its fields that are not given stay; what they said before stays in the history."""
        assessment = self.get_object()
        self.check_unchanged(assessment)
        recorded = {name: getattr(assessment, name) for name in ("instrument", "held_on", "review_on", "answers")}
        if not assessment.answers:
            recorded["score"] = assessment.score
        fields = recorded | _with_answers(self.checked_body(AssessmentCorrectionInput))
        corrections.correct_assessment(by=self.acting, assessment=assessment, **fields)
        return self.answer(self.get_object())


def _with_answers(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the answers as the actions take them."""
    if not fields.get("answers"):
        return fields
    answers = {
        answer["item"]: {"points": answer["value"], "need": answer["need"], "wish": answer["wish"]}
        for answer in fields["answers"]
    }
    return fields | {"answers": answers}
