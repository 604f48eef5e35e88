"""Partners, districts and their populations over the API."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from partnership.api.serializers import Resource
from partnership.api.views import Flag, Number, Query, View, WithoutMarks
from partnership.members.models import District, DistrictPopulation, Partner
from partnership.pages.local_names import NAMES
from partnership.permissions import DIRECTORY

pass

# --- Partners, districts, agreements ---------------------------------------------------------------------------------------


class PartnerSerializer(Resource):
    districts = serializers.SerializerMethodField(help_text="Codes.")

    class Meta:
        model = Partner
        fields = ["id", "name", "kind", "districts", "phone", "email", "is_active", "is_simulated"]

    def get_districts(self, partner: Partner) -> list[str]:
        return [district.code for district in partner.districts.all()]


class PartnerBrief(Resource):
    """A partner where another record names it."""

    sees = DIRECTORY

    class Meta:
        model = Partner
        fields = ["id", "name", "kind"]


class PartnerQuery(Query):
    kind = serializers.ChoiceField(choices=Partner.Kind.choices, required=False)
    is_active = Flag()


class PartnerView(View):
    """The organisations of the partnership."""

    resource, operation = "directory", "partners"
    sees = DIRECTORY
    tag = "partners"
    serializer_class = PartnerSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": PartnerQuery}
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Partner]:
        return Partner.objects.prefetch_related("districts")


class DistrictSerializer(Resource):
    sees = DIRECTORY

    class Meta:
        model = District
        fields = ["id", "name", *NAMES, "code", "parent"]


class DistrictView(View):
    """Areas, by code. A district may be part of another."""

    resource, operation = "directory", "districts"
    sees = DIRECTORY
    tag = "districts"
    serializer_class = DistrictSerializer
    without_marks = WithoutMarks.SHORT
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[District]:
        return District.objects.order_by()


class PopulationSerializer(Resource):
    class Meta:
        model = DistrictPopulation
        fields = ["id", "district", "year", "residents", "residents_under_18"]


class PopulationQuery(Query):
    district = Number()
    year = Number(max_value=9999)


class PopulationView(View):
    """Residents of each district on 31 December of each year. They are uploaded as a file (uploads)."""

    resource, operation = "directory", "populations"
    sees = DIRECTORY
    tag = "districts"
    serializer_class = PopulationSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": PopulationQuery}
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[DistrictPopulation]:
        return DistrictPopulation.objects.order_by()
