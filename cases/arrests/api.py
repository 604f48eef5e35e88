"""Arrests of the own unit and how far each feed is complete, over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from cases.arrests.models import Arrest, Feed, Offence
from cases.openings.concern import open_to
from cases.people.api import PersonSerializer
from cases.permissions import ARRESTS, FEEDS
from partnership.api.serializers import Resource
from partnership.api.views import Flag, Number, Query, View, WithoutMarks
from partnership.members.api import DistrictSerializer

pass

# --- Arrests -----------------------------------------------------------------------------------------------------------------


class OffenceSerializer(serializers.ModelSerializer[Offence]):
    class Meta:
        model = Offence
        fields = ["iccs", "local_code", "offence_on"]


class ArrestSerializer(Resource):
    offences = OffenceSerializer(many=True, read_only=True)
    expandable = {
        "person": ("person", PersonSerializer, "person"),
        "district": ("district", DistrictSerializer, "district"),
    }

    class Meta:
        model = Arrest
        fields = [
            "id", "arrest_number", "person", "arrested_on", "district", "is_drug", "offence_group", "age_at_offence",
            "offences", "received_at", "changed_at",
        ]  # fmt: skip


class ArrestQuery(Query):
    person = Number()
    district = Number()
    arrested_from = serializers.DateField(required=False, source="arrested_on__gte")
    arrested_to = serializers.DateField(required=False, source="arrested_on__lte")
    is_drug = Flag()
    arrest_number = serializers.CharField(required=False)


class ArrestView(View):
    """The police unit's own arrests, as its uploads wrote them."""

    resource = "arrests"
    sees = ARRESTS
    serializer_class = ArrestSerializer
    queries = {"list": ArrestQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("cases_arrest",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Arrest]:
        return (
            Arrest.objects.filter(partner=self.acting.partner)
            .prefetch_related(Prefetch("offences", Offence.objects.order_by("id")))
            .order_by()
        )

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        return open_to(self.acting, super().narrowed(queryset, parameters), "person")


class FeedSerializer(Resource):
    class Meta:
        model = Feed
        fields = ["id", "district", "complete_through", "changed_at"]


class FeedView(View):
    """Through which day the unit's arrests of each district are known to be complete."""

    resource, operation = "arrests", "feeds"
    sees = FEEDS
    serializer_class = FeedSerializer
    without_marks = WithoutMarks.SHORT
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Feed]:
        return Feed.objects.filter(partner=self.acting.partner).order_by()
