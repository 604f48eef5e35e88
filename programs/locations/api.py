"""Places of programmes over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.isolation.errors import Invalid
from programs.catalogue.models import Programme
from programs.locations import actions as locations
from programs.locations.models import Location, OpeningHours
from programs.permissions import PROGRAMMES


class HoursSerializer(serializers.ModelSerializer[OpeningHours]):
    weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="Monday is 1.")
    opens_at = serializers.TimeField(format="%H:%M", help_text="By the clock of Helsinki.")
    closes_at = serializers.TimeField(format="%H:%M", help_text="By the clock of Helsinki.")

    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens_at", "closes_at"]


class LocationSerializer(Resource):
    hours = HoursSerializer(many=True, read_only=True, help_text="When it is open, day by day; none: not known.")

    class Meta:
        model = Location
        fields = [
            "id", "programme", "name", "is_confidential", "street", "postal_code", "city", "phone", "access", "hours",
        ]  # fmt: skip


class LocationQuery(Query):
    programme = Number()


class LocationChange(Strict):
    name = serializers.CharField(max_length=100, default="", allow_blank=True)
    is_confidential = serializers.BooleanField(default=False, help_text="Then neither street nor postal code is given.")
    street = serializers.CharField(max_length=120, default="", allow_blank=True)
    postal_code = serializers.CharField(max_length=10, default="", allow_blank=True)
    city = serializers.CharField(max_length=60)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    access = serializers.CharField(max_length=200, default="", allow_blank=True)
    hours = HoursSerializer(many=True, default=list, help_text="When it is open, each day once; none: not known.")


class LocationInput(LocationChange):
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.all())


class LocationView(View):
    """Where programmes are found, and when they are open. A partner changes its own."""

    resource = "locations"
    sees = PROGRAMMES
    does = {
        "create": locations.save_location,
        "update": locations.save_location,
        "destroy": locations.remove_location,
    }
    serializer_class = LocationSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": LocationQuery}

    def get_queryset(self) -> QuerySet[Location]:
        return Location.objects.prefetch_related("hours").order_by()

    @extend_schema(request=LocationInput, responses={201: LocationSerializer})
    def create(self, request: Request) -> Response:
        """Adds a place of an own programme."""
        fields = self.checked_body(LocationInput)
        response = self.saved(
            Location(partner_id=fields["programme"].partner_id, programme=fields["programme"]), fields
        )
        response.status_code = 201
        response["Location"] = request.build_absolute_uri(f"/api/v1/locations/{response.data['id']}")
        return response

    @extend_schema(request=LocationChange, responses={200: LocationSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes a place of an own programme: all that is told of it."""
        location = self.get_object()
        self.check_unchanged(location)
        return self.saved(location, self.checked_body(LocationChange))

    def saved(self, location: Location, fields: dict[str, Any]) -> Response:
        days = fields.pop("hours")
        hours = {day["weekday"]: (day["opens_at"], day["closes_at"]) for day in days}
        if len(hours) < len(days):
            raise Invalid("hours", _("Give each day once."))
        for name, value in fields.items():
            setattr(location, name, value)
        saved = locations.save_location(by=self.acting, location=location, hours=hours)
        return self.answer(self.get_queryset().get(pk=saved.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Removes a place of an own programme."""
        locations.remove_location(by=self.acting, location=self.get_object())
        return Response(status=204)
