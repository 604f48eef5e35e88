"""Bulk exports of own enrolments, and the treatment-demand export for the national focal point."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import ExtractMonth, ExtractYear
from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from cases.enrolments.models import Enrolment
from cases.openings.concern import open_to
from cases.permissions import ENROLMENTS
from partnership.api.export import FORMATS, ExportView, copied
from partnership.api.views import Query, View, Written
from partnership.members.models import Partner
from programs.catalogue.models import Programme, ReferralKind

CENTRE_TYPES: dict[str, str] = {
    Programme.Kind.HARM_REDUCTION: "low_threshold_agency",
    Programme.Kind.THERAPEUTIC_COMMUNITY: "inpatient",
    Programme.Kind.HALFWAY_HOUSE: "inpatient",
}
"""TDI item 1 of a programme's kind; every other kind is outpatient."""
SOURCES: dict[str, str] = {
    ReferralKind.ARREST_DIVERSION: "court_probation_police",
    ReferralKind.SOCIAL_CONTACT: "court_probation_police",
    ReferralKind.COURT: "court_probation_police",
    ReferralKind.PRISON: "court_probation_police",
    ReferralKind.NGO_TO_NGO: "other_drug_treatment_or_social_service",
    ReferralKind.SELF: "self_family_or_friends",
    ReferralKind.SCHOOL_OR_GUARDIAN: "educational_services",
}
"""TDI item 5 of a referral's kind; without one it is not known."""


class EnrolmentExport(ExportView):
    """Own enrolments."""

    resource, operation = "enrolments", "export_enrolments"
    sees = ENROLMENTS
    columns = (
        "id", "person_id", "programme_id", "started_on", "ended_on", "end_reason", "referral_kind", "primary_drug",
        "last_contact_on", "measurement_consent", "created_at", "changed_at",
    )  # fmt: skip

    def rows(self) -> QuerySet[Any]:
        return open_to(self.acting, Enrolment.objects.filter(partner=self.acting.partner), "person")


class TdiQuery(Query):
    year = serializers.IntegerField(min_value=2000, max_value=2100, help_text="Year of treatment start.")
    file_format = serializers.ChoiceField(choices=list(FORMATS), default="csv", help_text="csv or ndjson.")


class TdiExport(View):
    """People who entered treatment in a year, one row each entry, by the variables of the EUDA's TDI protocol 3.0.

    Values are the protocol's categories in words. Only what the portal records: items that it does not ask for are left out,
    unknown values are empty. A person counts once a programme and year, by the first entry in it. Neither names nor numbers.
    """

    resource, operation, tag = "enrolments", "export_tdi", "exports"
    sees = ENROLMENTS
    queries = {"export": TdiQuery}
    renderer_classes = [Written]

    @extend_schema(
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR),
            (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR),
        }
    )
    def export(self, request: Request) -> Any:
        """Treatment demand of a year (EUDA TDI protocol 3.0)."""
        year, file_format = self.parameters["year"], self.parameters["file_format"]
        rows = tdi_rows(self.acting.partner, year)
        self.logged_as = f"{self.resource}_export"
        self.shown = Enrolment.objects.filter(pk__in=rows.order_by().values("pk"))
        self.count = rows.count()
        return StreamingHttpResponse(
            copied(self.acting, rows, file_format),
            content_type=FORMATS[file_format],
            headers={"Content-Disposition": f'attachment; filename="tdi-{year}.{file_format}"'},
        )


def tdi_rows(partner: Partner, year: int) -> QuerySet[Any]:
    """The rows of TdiExport."""
    own = Enrolment.objects.filter(partner=partner)
    earlier = own.filter(person=OuterRef("person"), started_on__lt=OuterRef("started_on"))
    again = own.filter(
        person=OuterRef("person"),
        programme=OuterRef("programme"),
        started_on__year=year,
        started_on__lt=OuterRef("started_on"),
    )

    def named(field: str, names: dict[str, str], otherwise: str) -> Case:
        return Case(
            *(When(**{field: key}, then=Value(name)) for key, name in names.items()),
            default=Value(otherwise),
            output_field=CharField(),
        )

    return (
        own.filter(started_on__year=year)
        .exclude(Exists(again))
        .order_by("started_on", "id")
        .values(
            "primary_drug",
            treatment_centre_type=named("programme__kind", CENTRE_TYPES, "outpatient"),
            year_of_treatment=ExtractYear("started_on"),
            month_of_treatment=ExtractMonth("started_on"),
            ever_previously_treated=Exists(earlier),
            source_of_referral=named("referral_kind", SOURCES, ""),
            sex=F("person__sex"),
            age=ExtractYear("started_on") - F("person__birth_year"),
            year_of_birth=F("person__birth_year"),
        )
    )


urlpatterns = [
    path("exports/enrolments", EnrolmentExport.as_view({"get": "export"}), name="export-enrolments"),
    path("exports/tdi", TdiExport.as_view({"get": "export"}), name="export-tdi"),
]
