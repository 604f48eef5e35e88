"""Phases of the partner's own programmes over the API: who is in which, reviews and responses."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from cases.enrolments.models import Enrolment
from cases.openings.concern import open_to
from cases.permissions import PHASES
from cases.phases import actions as phases
from cases.phases.models import Phase, PhaseStay, Response, Review
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks


class PhaseSerializer(Resource):
    class Meta:
        model = Phase
        fields = ["id", "programme", "number", "name", "min_days", "sessions_a_week", "review_days", "asks"]


class PhaseQuery(Query):
    programme = Number()


class PhaseView(View):
    """Phases of the partner's own programmes, with what each asks."""

    resource = "phases"
    sees = PHASES
    serializer_class = PhaseSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": PhaseQuery}

    def get_queryset(self) -> QuerySet[Phase]:
        return Phase.objects.filter(partner=self.acting.partner).order_by()


class OfParticipation(Query):
    enrolment = Number()


class OfParticipationView(View):
    """What belongs to a participation at the own partner."""

    sees = PHASES
    queries = {"list": OfParticipation}
    is_personal = True

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return open_to(self.acting, super().narrowed(queryset, parameters), "enrolment__person")


class PhaseStaySerializer(Resource):
    class Meta:
        model = PhaseStay
        fields = ["id", "enrolment", "phase", "started_on", "ended_on", "result"]


class PhaseStayInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    started_on = InPast()


class PhaseStayView(OfParticipationView):
    """Who is or was in which phase. Reviews move people on; no other partner sees it."""

    resource = "phase-stays"
    tombstones = ("cases_phasestay",)
    does = {"create": phases.begin_phases}
    serializer_class = PhaseStaySerializer

    def get_queryset(self) -> QuerySet[PhaseStay]:
        return PhaseStay.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=PhaseStayInput, responses={201: PhaseStaySerializer})
    def create(self, request: Request) -> Answer:
        """Somebody who takes part begins the first phase."""
        fields = self.checked_body(PhaseStayInput)
        self.check_door(fields["enrolment"])
        stay = phases.begin_phases(by=self.acting, **fields)
        return self.answer(stay, 201, {"Location": request.build_absolute_uri(f"/api/v1/phase-stays/{stay.pk}")})


class ReviewSerializer(Resource):
    note = serializers.CharField(help_text="For the court; it leaves the partner in a statement alone.")

    class Meta:
        model = Review
        fields = ["id", "enrolment", "phase", "held_on", "is_hearing", "present", "decision", "note", "next_on"]


class ReviewInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    held_on = InPast()
    is_hearing = serializers.BooleanField(default=False)
    present = serializers.ListField(child=serializers.ChoiceField(choices=Review.Present.choices), allow_empty=False)
    decision = serializers.ChoiceField(choices=Review.Decision.choices)
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)
    next_on = serializers.DateField(default=None, allow_null=True)
    stay = serializers.IntegerField(
        min_value=1,
        default=None,
        allow_null=True,
        help_text="Number of the phase stay that was reviewed: refused when the person is not in it any more. null: that of now.",
    )


class ReviewView(OfParticipationView):
    """Reviews of how people do in their phase, and what was decided."""

    resource = "reviews"
    tombstones = ("cases_review",)
    does = {"create": phases.record_review}
    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        return Review.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=ReviewInput, responses={201: ReviewSerializer})
    def create(self, request: Request) -> Answer:
        """Records a review, and moves the person on or back where it decided so."""
        fields = self.checked_body(ReviewInput)
        self.check_door(fields["enrolment"])
        review = phases.record_review(by=self.acting, **fields)
        return self.answer(review, 201, {"Location": request.build_absolute_uri(f"/api/v1/reviews/{review.pk}")})


class ResponseSerializer(Resource):
    what = serializers.CharField()
    why = serializers.CharField()

    class Meta:
        model = Response
        fields = ["id", "enrolment", "on", "kind", "what", "why", "decided_by", "hours_after"]


class ResponseInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.all())
    on = InPast()
    kind = serializers.ChoiceField(choices=Response.Kind.choices)
    what = serializers.CharField(max_length=200)
    why = serializers.CharField(max_length=200)
    decided_by = serializers.ChoiceField(choices=Response.DecidedBy.choices)
    hours_after = serializers.IntegerField(min_value=0, max_value=9999, default=None, allow_null=True)


class ResponseView(OfParticipationView):
    """Incentives, sanctions and changes of treatment, with how soon they came."""

    resource = "responses"
    does = {"create": phases.record_response}
    serializer_class = ResponseSerializer
    without_marks = WithoutMarks.SHORT

    def get_queryset(self) -> QuerySet[Response]:
        return Response.objects.filter(partner=self.acting.partner, removed_on=None).order_by()

    @extend_schema(request=ResponseInput, responses={201: ResponseSerializer})
    def create(self, request: Request) -> Answer:
        """Records what followed on something that the person did."""
        fields = self.checked_body(ResponseInput)
        self.check_door(fields["enrolment"])
        response = phases.record_response(by=self.acting, **fields)
        return self.answer(response, 201, {"Location": request.build_absolute_uri(f"/api/v1/responses/{response.pk}")})
