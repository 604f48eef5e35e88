"""Own enrolments and sessions over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.corrections import actions as corrections
from cases.corrections.api import EntryView
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session, Substance
from cases.openings.concern import open_to
from cases.people.api import PersonSerializer
from cases.people.models import Person
from cases.permissions import ENROLMENTS
from partnership.api.referenced import ReferencedView
from partnership.api.references import WithReference
from partnership.api.serializers import OwnReference, Resource, Strict
from partnership.api.views import Deprecated, Flag, Number, Query
from programs.catalogue.api import ProgrammeBrief
from programs.catalogue.models import Programme, ReferralKind

# --- Enrolments and attendance -------------------------------------------------------------------------------------------------


class EnrolmentSerializer(Resource):
    referral_kind = serializers.ChoiceField(choices=ReferralKind.choices, allow_blank=True)
    external_reference = OwnReference("enrolment")
    expandable = {
        "person": ("person", PersonSerializer, "person"),
        "programme": ("programme", ProgrammeBrief, "programme"),
    }

    class Meta:
        model = Enrolment
        fields = [
            "id", "person", "programme", "started_on", "ended_on", "end_reason", "referral_kind", "primary_drug",
            "last_contact_on", "measurement_consent", "measurement_consent_ended_on", "external_reference", "created_at",
            "changed_at",
        ]  # fmt: skip


class EnrolmentQuery(Query):
    person = Number()
    programme = Number()
    is_open = Flag()


class EnrolmentInput(WithReference):
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
    external_reference = OwnReference("session")

    class Meta:
        model = Session
        fields = [
            "id", "enrolment", "held_on", "method", "attendance", "minutes", "external_reference", "recorded_at",
            "taken_back_at", "taken_back_why",
        ]  # fmt: skip


class SessionInput(WithReference):
    held_on = serializers.DateField()
    method = serializers.ChoiceField(choices=Session.Method.choices, default=Session.Method.COUNSELLING)
    attendance = serializers.ChoiceField(choices=Session.Attendance.choices, default=Session.Attendance.ATTENDED)
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=None, allow_null=True)


class SessionQuery(Query):
    is_list = True
    taken_back = Flag(default=False, help_text="Those that were taken back, instead of those that count.")


class SessionCorrectionInput(Strict):
    held_on = serializers.DateField(required=False)
    method = serializers.ChoiceField(choices=Session.Method.choices, required=False)
    attendance = serializers.ChoiceField(choices=Session.Attendance.choices, required=False)
    minutes = serializers.IntegerField(min_value=1, max_value=1440, required=False, allow_null=True)


class PrimaryDrugInput(Strict):
    primary_drug = serializers.ChoiceField(
        choices=Substance.choices,
        allow_blank=True,
        help_text="For which drug the person came; empty: not known or none.",
    )


class EnrolmentCorrectionInput(Strict):
    started_on = serializers.DateField(required=False)
    ended_on = serializers.DateField(required=False, help_text="Of an enrolment that has ended.")
    reason = serializers.ChoiceField(
        choices=Enrolment.EndReason.choices, required=False, help_text="Of an enrolment that has ended."
    )


class EnrolmentView(ReferencedView):
    """Who takes part in the partner's own programmes; sessions with attendance."""

    resource = "enrolments"
    sees = ENROLMENTS
    does = {
        "create": enrolments.enrol,
        "external_reference": enrolments.keep_reference,
        "partial_update": corrections.correct_enrolment,
        "end": enrolments.end_enrolment,
        "reopen": corrections.reopen,
        "measurement_consent": enrolments.set_measurement_consent,
        "primary_drug": enrolments.set_primary_drug,
        "record": enrolments.record_session,
    }
    serializer_class = EnrolmentSerializer
    queries = {"list": EnrolmentQuery, "sessions": SessionQuery}
    deprecated = {"sessions": Deprecated(date(2026, 11, 30), "sessions?enrolment={pk}&taken_back=false")}
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
        self.check_door(fields["person"])  # whoever takes somebody on opens their record
        reference = fields.pop("external_reference", None)
        enrolment = enrolments.enrol(by=self.acting, **fields)
        if reference:
            self.refer(enrolment, reference)
        location = request.build_absolute_uri(f"/api/v1/enrolments/{enrolment.pk}")
        return self.answer(enrolment, 201, {"Location": location})

    @extend_schema(request=EnrolmentCorrectionInput, responses={200: EnrolmentSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Corrects the day of the start; of an ended enrolment, day and reason of the end. The referral that led to it follows."""
        enrolment = self.get_object()
        self.check_unchanged(enrolment)
        recorded = {
            "started_on": enrolment.started_on,
            "ended_on": enrolment.ended_on,
            "reason": enrolment.end_reason,
        }
        fields = recorded | self.checked_body(EnrolmentCorrectionInput)
        corrections.correct_enrolment(by=self.acting, enrolment=enrolment, **fields)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Takes the end of the enrolment back; the referral that led to it, if any, opens again."""
        enrolment = self.get_object()
        self.check_unchanged(enrolment)
        corrections.reopen(by=self.acting, enrolment=enrolment)
        return self.answer(self.get_object())

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

    @extend_schema(request=PrimaryDrugInput, responses={200: EnrolmentSerializer})
    @action(detail=True, methods=["put"], url_path="primary-drug")
    def primary_drug(self, request: Request, pk: int) -> Response:
        """Says, or corrects, for which drug the person came, as treatment demand is reported."""
        enrolment = self.get_object()
        self.check_unchanged(enrolment)
        enrolments.set_primary_drug(by=self.acting, enrolment=enrolment, **self.checked_body(PrimaryDrugInput))
        return self.answer(self.get_object())

    @extend_schema(methods=["GET"], responses={200: SessionSerializer(many=True)})
    @extend_schema(methods=["POST"], request=SessionInput, responses={201: SessionSerializer})
    @action(detail=True, methods=["get"], serializer_class=SessionSerializer)
    def sessions(self, request: Request, pk: int) -> Response:
        """Sessions of an enrolment that count, newest first; or those that were taken back."""
        is_taken_back = self.parameters["taken_back"]
        sessions = Session.objects.filter(enrolment=self.enrolment(pk), taken_back_at__isnull=not is_taken_back)
        return self.answer_list([sessions.order_by()])

    @extend_schema(request=SessionInput, responses={201: SessionSerializer})
    @sessions.mapping.post
    def record(self, request: Request, pk: int) -> Response:
        """Records a session: who came, on which day. What was said is not asked for."""
        enrolment = self.enrolment(pk)
        fields = self.checked_body(SessionInput)
        reference = fields.pop("external_reference", None)
        session = enrolments.record_session(by=self.acting, enrolment=enrolment, **fields)
        if reference:
            enrolments.keep_session_reference(by=self.acting, record=session, reference=reference)
        return Response(self.representation(session), status=201)

    def enrolment(self, pk: int) -> Enrolment:
        enrolment = get_object_or_404(Enrolment, pk=pk, partner=self.acting.partner)
        self.check_door(enrolment)
        return enrolment


class SessionView(ReferencedView, EntryView):
    """Sessions of the partner's own enrolments, to be corrected or taken back."""

    resource = "sessions"
    entry = Session
    tombstones = ("cases_session",)
    does = {
        "partial_update": corrections.correct_session,
        "external_reference": enrolments.keep_session_reference,
        "take_back": corrections.take_back,
        "restore": corrections.restore,
    }
    serializer_class = SessionSerializer

    @extend_schema(request=SessionCorrectionInput, responses={200: SessionSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Corrects the fields that are given. What they said before stays in the history."""
        session = self.get_object()
        self.check_unchanged(session)
        recorded = {name: getattr(session, name) for name in ("held_on", "method", "attendance", "minutes")}
        fields = recorded | self.checked_body(SessionCorrectionInput)
        corrections.correct_session(by=self.acting, session=session, **fields)
        return self.answer(self.get_object())
