"""Programmes over the API: the directory of the partnership, with capacity now."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource, Strict
from partnership.api.views import Flag, Number, Query, View
from partnership.members.api import PartnerBrief
from partnership.members.models import District
from partnership.pages.local_names import DESCRIPTIONS, NAMES
from programs.catalogue import actions as catalogue
from programs.catalogue.models import LANGUAGES, Programme, ReferralKind
from programs.locations import actions as locations
from programs.permissions import PROGRAMMES


class ProgrammeSerializer(Resource):
    partner_name = serializers.CharField(source="partner.name", read_only=True)
    districts = serializers.SerializerMethodField()
    accepts = serializers.ListField(child=serializers.ChoiceField(choices=ReferralKind.choices), read_only=True)
    languages = serializers.ListField(child=serializers.ChoiceField(choices=list(LANGUAGES)), read_only=True)
    places_free = serializers.IntegerField(
        allow_null=True, read_only=True, help_text="`places` less open enrolments; null where places are not counted."
    )
    expandable = {"partner": ("partner", PartnerBrief, "")}

    class Meta:
        model = Programme
        fields = [
            "id", "partner", "partner_name", "name", *NAMES, "kind", "description", *DESCRIPTIONS, "districts", "accepts", "age_from", "age_to",
            "languages", "takes_exceptions", "capacity", "places", "places_free", "expected_on", "capacity_changed_at", "is_active", "checked_on",
            "changed_at",
        ]  # fmt: skip

    def get_districts(self, programme: Programme) -> list[str]:
        return [district.code for district in programme.districts.all()]


class ProgrammeBrief(Resource):
    """A programme where another record names it."""

    sees = PROGRAMMES

    class Meta:
        model = Programme
        fields = ["id", "partner", "name", "kind", "capacity", "expected_on"]


class ProgrammeQuery(Query):
    partner = Number()
    kind = serializers.ChoiceField(choices=Programme.Kind.choices, required=False)
    capacity = serializers.ChoiceField(choices=Programme.Capacity.choices, required=False)
    district = serializers.CharField(required=False, source="districts__code", help_text="Code of a district.")
    accepts = serializers.ChoiceField(choices=ReferralKind.choices, required=False, source="accepts__contains")
    is_active = Flag()


class ProgrammeInput(Strict):
    name = serializers.CharField(max_length=150)
    kind = serializers.ChoiceField(choices=Programme.Kind.choices)
    description = serializers.CharField(max_length=10_000, default="", allow_blank=True)
    name_fi = serializers.CharField(max_length=150, required=False, allow_blank=True)
    name_sv = serializers.CharField(max_length=150, required=False, allow_blank=True)
    name_en = serializers.CharField(max_length=150, required=False, allow_blank=True)
    description_fi = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    description_sv = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    description_en = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    districts = serializers.ListField(child=serializers.CharField(max_length=20), max_length=500, default=list)
    accepts = serializers.ListField(child=serializers.ChoiceField(choices=ReferralKind.choices), max_length=20)
    age_from = serializers.IntegerField(min_value=0, max_value=120, default=None, allow_null=True)
    age_to = serializers.IntegerField(min_value=0, max_value=120, default=None, allow_null=True)
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=list(LANGUAGES)), max_length=50, default=list, help_text="Empty: any."
    )
    takes_exceptions = serializers.BooleanField(
        default=False, help_text="Another age, district or language is taken for a reason (`unfit_reason`)."
    )
    is_active = serializers.BooleanField(default=True)


class CapacityInput(Strict):
    capacity = serializers.ChoiceField(choices=Programme.Capacity.choices)
    places = serializers.IntegerField(
        min_value=0, max_value=10_000, default=None, allow_null=True, help_text="In all, taken and free."
    )
    expected_on = serializers.DateField(
        default=None, allow_null=True, help_text="Required with `waiting_list`: when a place is expected."
    )


class ProgrammeView(View):
    """The programmes of all partners. A partner changes its own."""

    resource, operation = "programmes", "programmes"
    sees = PROGRAMMES
    does = {
        "create": catalogue.save_programme,
        "update": catalogue.save_programme,
        "capacity": catalogue.set_capacity,
        "check": locations.check_programme,
    }
    serializer_class = ProgrammeSerializer
    queries = {"list": ProgrammeQuery}
    orders = ("id", "-id", "changed_at", "-changed_at")
    tombstones = ("programs_programme",)

    def get_queryset(self) -> QuerySet[Programme]:
        return (
            Programme.objects.select_related("partner")
            .prefetch_related(Prefetch("districts", District.objects.order_by("code")))
            .order_by()
        )

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        kind = parameters.get("accepts__contains")
        return super().narrowed(queryset, parameters | ({"accepts__contains": [kind]} if kind else {}))

    @extend_schema(request=ProgrammeInput, responses={201: ProgrammeSerializer})
    def create(self, request: Request) -> Response:
        """Adds a programme of the caller's partner."""
        programme = self._save(Programme(partner=self.acting.partner), request)
        response = self.answer(programme, 201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/programmes/{programme.pk}")
        return response

    @extend_schema(request=ProgrammeInput, responses={200: ProgrammeSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes an own programme. Names and descriptions in a language that are not given stay as they are."""
        programme = self.get_object()
        self.check_unchanged(programme)
        return self.answer(self._save(programme, request))

    @extend_schema(request=CapacityInput, responses={200: ProgrammeSerializer})
    @action(detail=True, methods=["put"])
    def capacity(self, request: Request, pk: int) -> Response:
        """Says whether an own programme takes referrals now, and how many places it has in all."""
        programme = self.get_object()
        self.check_unchanged(programme)
        catalogue.set_capacity(by=self.acting, programme=programme, **self.checked_body(CapacityInput))
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={200: ProgrammeSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: int) -> Response:
        """Says that everything that is told of an own programme is right today."""
        locations.check_programme(by=self.acting, programme=self.get_object())
        return self.answer(self.get_object())

    def _save(self, programme: Programme, request: Request) -> Programme:
        fields = self.checked_body(ProgrammeInput)
        saved = catalogue.save_programme(by=self.acting, programme=programme, **fields)
        return self.get_queryset().get(pk=saved.pk)
