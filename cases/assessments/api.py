"""Scores of assessments over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.assessments import actions as assessments
from cases.assessments.models import Assessment
from cases.corrections import actions as corrections
from cases.corrections.api import EntryQuery, EntryView
from cases.enrolments.models import Enrolment
from partnership.api.serializers import Resource, Strict


class AssessmentSerializer(Resource):
    class Meta:
        model = Assessment
        fields = [
            "id", "enrolment", "instrument", "score", "held_on", "recorded_at", "taken_back_at", "taken_back_why",
        ]  # fmt: skip


class AssessmentQuery(EntryQuery):
    instrument = serializers.ChoiceField(choices=Assessment.Instrument.choices, required=False)


class AssessmentInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    instrument = serializers.ChoiceField(choices=Assessment.Instrument.choices)
    score = serializers.IntegerField(min_value=0, max_value=100)
    held_on = serializers.DateField()


class AssessmentCorrectionInput(Strict):
    instrument = serializers.ChoiceField(choices=Assessment.Instrument.choices, required=False)
    score = serializers.IntegerField(min_value=0, max_value=100, required=False)
    held_on = serializers.DateField(required=False)


class AssessmentView(EntryView):
    """Total scores of structured instruments. The answers stay on the instrument's own form."""

    resource = "assessments"
    entry = Assessment
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
        """Records a total score: one instrument and day at a time."""
        fields = self.checked_body(AssessmentInput)
        self.check_door(fields["enrolment"])
        assessment = assessments.record_assessment(by=self.acting, **fields)
        location = request.build_absolute_uri(f"/api/v1/assessments/{assessment.pk}")
        return self.answer(assessment, 201, {"Location": location})

    @extend_schema(request=AssessmentCorrectionInput, responses={200: AssessmentSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Corrects instrument, score or day of an assessment."""
        assessment = self.get_object()
        self.check_unchanged(assessment)
        recorded = {name: getattr(assessment, name) for name in ("instrument", "score", "held_on")}
        fields = recorded | self.checked_body(AssessmentCorrectionInput)
        return self.answer(corrections.correct_assessment(by=self.acting, assessment=assessment, **fields))
