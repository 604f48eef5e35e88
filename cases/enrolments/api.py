"""Own enrolments and sessions over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session, Substance
from cases.openings.concern import open_to
from cases.people.api import PersonSerializer
from cases.people.models import Person
from cases.permissions import ENROLMENTS
from partnership.api.serializers import Resource, Strict
from partnership.api.views import Flag, Number, Query, View
from programs.catalogue.api import ProgrammeBrief
from programs.catalogue.models import Programme, ReferralKind

# --- Enrolments and attendance -------------------------------------------------------------------------------------------------


class EnrolmentSerializer(Resource):
    referral_kind = serializers.ChoiceField(choices=ReferralKind.choices, allow_blank=True)
    expandable = {
        "person": ("person", PersonSerializer, "person"),
        "programme": ("programme", ProgrammeBrief, "programme"),
    }

    class Meta:
        model = Enrolment
        fields = [
            "id", "person", "programme", "started_on", "ended_on", "end_reason", "referral_kind", "primary_drug",
            "last_contact_on", "measurement_consent", "measurement_consent_ended_on", "created_at", "changed_at",
        ]  # fmt: skip


class EnrolmentQuery(Query):
    person = Number()
    programme = Number()
    is_open = Flag()


class EnrolmentInput(Strict):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.all())
    started_on = serializers.DateField()
    measurement_consent = serializers.BooleanField()
    primary_drug = serializers.ChoiceField(choices=Substance.choices, default="", allow_blank=True)
    unfit_reason = serializers.CharField(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="Why a programme that takes exceptions takes somebody of another age or district; kept as a note.",
    )


class EndInput(Strict):
    ended_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=Enrolment.EndReason.choices)


class MeasurementConsentInput(Strict):
    consents = serializers.BooleanField()


class SessionSerializer(Resource):
    class Meta:
        model = Session
        fields = ["id", "enrolment", "held_on", "method", "attendance", "minutes", "recorded_at"]


class SessionInput(Strict):
    held_on = serializers.DateField()
    method = serializers.ChoiceField(choices=Session.Method.choices, default=Session.Method.COUNSELLING)
    attendance = serializers.ChoiceField(choices=Session.Attendance.choices, default=Session.Attendance.ATTENDED)
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=None, allow_null=True)


class SessionQuery(Query):
    is_list = True


class EnrolmentView(View):
    """Who takes part in the partner's own programmes; sessions with attendance."""

    resource = "enrolments"
    sees = ENROLMENTS
    does = {
        "create": enrolments.enrol,
        "end": enrolments.end_enrolment,
        "measurement_consent": enrolments.set_measurement_consent,
        "record": enrolments.record_session,
    }
    serializer_class = EnrolmentSerializer
    queries = {"list": EnrolmentQuery, "sessions": SessionQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_enrolment",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        filters = dict(parameters)
        is_open = filters.pop("is_open", None)
        rows = open_to(self.acting, super().narrowed(queryset, filters), "person")
        return rows if is_open is None else rows.filter(ended_on__isnull=is_open)

    @extend_schema(request=EnrolmentInput, responses={201: EnrolmentSerializer})
    def create(self, request: Request) -> Response:
        """Enrols an own person in an own programme."""
        fields = self.checked_body(EnrolmentInput)
        enrolment = enrolments.enrol(by=self.acting, **fields)
        location = request.build_absolute_uri(f"/api/v1/enrolments/{enrolment.pk}")
        return self.answer(enrolment, 201, {"Location": location})

    @extend_schema(request=EndInput, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """Ends the enrolment; the referral that led to it, if any, is closed as well."""
        enrolment = self.get_object()
        self.check_unchanged(enrolment)
        fields = self.checked_body(EndInput)
        enrolments.end_enrolment(by=self.acting, enrolment=enrolment, **fields)
        return self.answer(self.get_object())

    @extend_schema(request=MeasurementConsentInput, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["put"], url_path="measurement-consent")
    def measurement_consent(self, request: Request, pk: int) -> Response:
        """Withdraws the consent to be counted in statistics, or gives it again."""
        enrolment = self.get_object()
        self.check_unchanged(enrolment)
        fields = self.checked_body(MeasurementConsentInput)
        enrolments.set_measurement_consent(by=self.acting, enrolment=enrolment, consents=fields["consents"])
        return self.answer(self.get_object())

    @extend_schema(methods=["GET"], responses={200: SessionSerializer(many=True)})
    @extend_schema(methods=["POST"], request=SessionInput, responses={201: SessionSerializer})
    @action(detail=True, methods=["get"], serializer_class=SessionSerializer)
    def sessions(self, request: Request, pk: int) -> Response:
        """Sessions of an enrolment, newest first."""
        return self.answer_list([Session.objects.filter(enrolment=self.enrolment(pk)).order_by()])

    @extend_schema(request=SessionInput, responses={201: SessionSerializer})
    @sessions.mapping.post
    def record(self, request: Request, pk: int) -> Response:
        """Records a session: who came, on which day. What was said is not asked for."""
        enrolment = self.enrolment(pk)
        fields = self.checked_body(SessionInput)
        session = enrolments.record_session(by=self.acting, enrolment=enrolment, **fields)
        return Response(self.representation(session), status=201)

    def enrolment(self, pk: int) -> Enrolment:
        enrolment = get_object_or_404(Enrolment, pk=pk, partner=self.acting.partner)
        self.check_door(enrolment)
        return enrolment
