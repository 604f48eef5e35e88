"""Appointments over the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session
from cases.openings.concern import open_to
from cases.permissions import CALENDAR
from cases.planning import actions as planning
from cases.planning.models import Appointment
from partnership.api.serializers import Moment, Resource, Strict
from partnership.api.views import Flag, Number, Query, View
from partnership.isolation.errors import Invalid
from partnership.members.models import User

COLLEAGUE = "E-mail address of the colleague who meets the person; in a new one, unless said, of who is responsible."


class AppointmentSerializer(Resource):
    responsible = serializers.EmailField(source="responsible.email", read_only=True, help_text=COLLEAGUE)

    class Meta:
        model = Appointment
        fields = [
            "id", "enrolment", "responsible", "starts_at", "minutes", "method", "place", "session", "created_at",
            "changed_at",
        ]  # fmt: skip


FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Bound(Moment):
    """A moment to compare with, however far away: before FIRST and after LAST there are no appointments."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            moment = value.astimezone(UTC)
        except OverflowError:
            moment = value.replace(tzinfo=UTC)
        return min(max(moment, FIRST), LAST)


class AppointmentQuery(Query):
    enrolment = Number()
    starts_from = Bound(required=False, source="starts_at__gte", help_text="At this moment or later.")
    starts_before = Bound(required=False, source="starts_at__lt", help_text="Before this moment.")
    is_recorded = Flag(help_text="Whether a session that counts says how it went.")


class AppointmentChange(Strict):
    responsible = serializers.EmailField(required=False, help_text=COLLEAGUE)
    starts_at = Moment(required=False)
    minutes = serializers.IntegerField(min_value=5, max_value=1440, required=False)
    method = serializers.ChoiceField(choices=Session.Method.choices, required=False)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)


class AppointmentInput(AppointmentChange):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("responsible"))
    starts_at = Moment()
    minutes = serializers.IntegerField(min_value=5, max_value=1440, default=planning.DEFAULT_MINUTES)
    method = serializers.ChoiceField(choices=Session.Method.choices, default=Session.Method.COUNSELLING)
    place = serializers.CharField(max_length=120, default="", allow_blank=True)


class AttendanceInput(Strict):
    attendance = serializers.ChoiceField(choices=Session.Attendance.choices)


class AppointmentView(View):
    """Agreed meetings with people of the partner's own enrolments."""

    resource = "appointments"
    sees = CALENDAR
    does = {
        "create": planning.make_appointment,
        "partial_update": planning.move_appointment,
        "destroy": planning.cancel_appointment,
        "record": planning.record_appointment,
    }
    serializer_class = AppointmentSerializer
    tombstones = ("cases_appointment",)
    queries = {"list": AppointmentQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[Appointment]:
        mine = Appointment.objects.filter(partner=self.acting.partner)
        return mine.select_related("responsible", "session", "enrolment").order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        filters = dict(parameters)
        is_recorded = filters.pop("is_recorded", None)
        rows = open_to(self.acting, super().narrowed(queryset, filters), "enrolment__person")
        if is_recorded is None:
            return rows
        unrecorded = Appointment.objects.unrecorded().values("pk")
        return rows.exclude(pk__in=unrecorded) if is_recorded else rows.filter(pk__in=unrecorded)

    def colleague(self, fields: dict[str, Any], otherwise: User | None) -> dict[str, Any]:
        """The fields with the colleague in the place of their address. Raises Invalid where no colleague has it."""
        address = fields.pop("responsible", None)
        team = enrolments.team(self.acting)
        colleagues = [user for user in team if user.email == address] if address else [otherwise]
        if not colleagues or colleagues[0] is None:
            raise Invalid("responsible", _("Choose somebody of your own team."))
        return fields | {"responsible": colleagues[0]}

    @extend_schema(request=AppointmentInput, responses={201: AppointmentSerializer})
    def create(self, request: Request) -> Response:
        """Agrees a meeting with somebody who takes part."""
        fields = self.checked_body(AppointmentInput)
        self.check_door(fields["enrolment"])
        fields = self.colleague(fields, fields["enrolment"].responsible)
        appointment = planning.make_appointment(by=self.acting, **fields)
        location = request.build_absolute_uri(f"/api/v1/appointments/{appointment.pk}")
        return self.answer(appointment, 201, {"Location": location})

    @extend_schema(request=AppointmentChange, responses={200: AppointmentSerializer})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Moves an appointment, or changes what is given."""
        appointment = self.get_object()
        self.check_unchanged(appointment)
        agreed = {name: getattr(appointment, name) for name in ("starts_at", "minutes", "method", "place")}
        fields = self.colleague(agreed | self.checked_body(AppointmentChange), appointment.responsible)
        planning.move_appointment(by=self.acting, appointment=appointment, **fields)
        return self.answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Takes an appointment that was not recorded off the calendar."""
        planning.cancel_appointment(by=self.acting, appointment=self.get_object())
        return Response(status=204)

    @extend_schema(request=AttendanceInput, responses={200: AppointmentSerializer})
    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: int) -> Response:
        """Says how an appointment went; `session` is then the session of its day, method and length."""
        appointment = self.get_object()
        self.check_unchanged(appointment)
        attendance = self.checked_body(AttendanceInput)["attendance"]
        planning.record_appointment(by=self.acting, appointment=appointment, attendance=attendance)
        return self.answer(self.get_object())
