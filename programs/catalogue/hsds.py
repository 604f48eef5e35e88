"""The service directory as Open Referral HSDS 3 describes it, public: whoever looks for help finds what is offered.

Programmes are services, partners organisations, districts service areas. Identifiers are UUIDs (version 5) of the portal's
own numbers, stable for good. https://docs.openreferral.org/en/3.0/
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.about import PublicView
from partnership.api.serializers import utc
from partnership.api.views import Flag, Query
from partnership.members.models import District, Partner
from partnership.pages.local_names import DESCRIPTIONS, NAMES
from programs.catalogue.models import Programme

PROFILE = "https://docs.openreferral.org/en/3.0/hsds/overview.html"
OBJECT = {200: OpenApiResponse(OpenApiTypes.OBJECT, description="As HSDS 3 describes it.")}


def identifier(kind: str, number: int) -> str:
    """The UUID of a record in the directory: the same every time, from its address."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/{kind}/{number}"))


def organization(partner: Partner) -> dict[str, Any]:
    """A partner as HSDS has it."""
    return {
        "id": identifier("partners", partner.pk),
        "name": partner.name,
        "description": str(partner.get_kind_display()),
        "email": partner.email or None,
        "phones": [{"id": identifier("phones", partner.pk), "number": partner.phone}] if partner.phone else [],
    }


def service(programme: Programme) -> dict[str, Any]:
    """A programme. Capacity: what may be said in public, whether it takes people now and how many places are free."""
    number = identifier("programmes", programme.pk)
    return {
        "id": number,
        "name": programme.local_name,
        "description": programme.local_description or str(programme.get_kind_display()),
        "status": "active" if programme.takes_referrals else "temporarily closed",
        "organization": organization(programme.partner),
        "minimum_age": programme.age_from,
        "maximum_age": programme.age_to,
        "last_modified": utc(programme.changed_at),
        "service_areas": [
            {"id": identifier(f"programmes/{programme.pk}/areas", district.pk), "name": district.local_name, "extent": district.code, "extent_type": "other"}
            for district in programme.districts.all()
        ],
        "service_capacities": [
            {
                "id": identifier("capacities", programme.pk),
                "service_id": number,
                "available": programme.places_free,
                "description": str(programme.get_capacity_display()),
                "updated": utc(programme.capacity_changed_at),
                "unit": {"id": identifier("units", 1), "name": "place"},
            }
        ]
        if programme.places_free is not None
        else [],
        "attributes": [
            {
                "id": identifier("attributes", programme.pk),
                "link_entity": "service",
                "taxonomy_term": {"id": identifier(f"kinds/{programme.kind}", 0), "code": programme.kind, "name": str(programme.get_kind_display())},
            }
        ],
    }  # fmt: skip


def _says(word: str) -> Q:
    """The word stands in a name or description, in whichever language."""
    says = Q()
    for field in ("name", *NAMES, "description", *DESCRIPTIONS):
        says |= Q(**{f"{field}__icontains": word})
    return says


class PageQuery(Query):
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=100, default=50)


class ServicesQuery(PageQuery):
    search = serializers.CharField(required=False, max_length=100, help_text="Words in name or description.")
    taxonomy_term_id = serializers.UUIDField(required=False)
    organization_id = serializers.UUIDField(required=False)
    minimal = Flag(default=False, help_text="Number and name only.")


class HsdsView(PublicView):
    resource = operation = "hsds"
    tag = "hsds"

    def services(self) -> QuerySet[Programme]:
        return (
            Programme.objects.offered()
            .select_related("partner")
            .prefetch_related(Prefetch("districts", District.objects.order_by("code")))
        )

    def page(self, records: QuerySet[Any], show: Any) -> Response:
        number, size = self.parameters["page"], self.parameters["per_page"]
        total = records.count()
        rows = list(records.order_by("id")[(number - 1) * size : number * size])
        pages = max(1, -(-total // size))
        return Response(
            {
                "total_items": total,
                "total_pages": pages,
                "page_number": number,
                "size": len(rows),
                "first_page": number == 1,
                "last_page": number >= pages,
                "empty": not rows,
                "contents": [show(row) for row in rows],
            }
        )


class RootView(HsdsView):
    @extend_schema(operation_id="hsds_root", responses=OBJECT)
    def show(self, request: Request) -> Response:
        """Version and profile of the directory."""
        return Response(
            {
                "version": "3.0",
                "profile": PROFILE,
                "openapi_url": request.build_absolute_uri("/api/v1/openapi.json"),
            }
        )


class ServicesView(HsdsView):
    """Services: the programmes that are offered."""

    queries = {"all": ServicesQuery}

    @extend_schema(operation_id="hsds_services", responses=OBJECT)
    def all(self, request: Request) -> Response:
        """All services, with capacity."""
        services, parameters = self.services(), self.parameters
        if "search" in parameters:
            for word in parameters["search"].split()[:5]:
                services = services.filter(_says(word))
        if "organization_id" in parameters:
            organization_id = str(parameters["organization_id"])
            services = services.filter(
                partner__in=[
                    partner_id
                    for partner_id in Partner.objects.values_list("pk", flat=True)
                    if identifier("partners", partner_id) == organization_id
                ]
            )
        if "taxonomy_term_id" in parameters:
            term_id = str(parameters["taxonomy_term_id"])
            services = services.filter(
                kind__in=[kind for kind in Programme.Kind.values if identifier(f"kinds/{kind}", 0) == term_id]
            )
        if parameters["minimal"]:
            return self.page(services, lambda row: {"id": identifier("programmes", row.pk), "name": row.local_name})
        return self.page(services, service)

    @extend_schema(operation_id="hsds_service", responses=OBJECT)
    def one(self, request: Request, key: uuid.UUID) -> Response:
        """One service."""
        numbers = [
            pk for pk in self.services().values_list("pk", flat=True) if identifier("programmes", pk) == str(key)
        ]
        if not numbers:
            raise Http404
        return Response(service(self.services().get(pk=numbers[0])))


class OrganizationsView(HsdsView):
    """Organisations: the partners that offer services."""

    queries = {"all": PageQuery}

    def offering(self) -> QuerySet[Partner]:
        return Partner.objects.filter(is_active=True, programmes__is_active=True).order_by("id").distinct()

    @extend_schema(operation_id="hsds_organizations", responses=OBJECT)
    def all(self, request: Request) -> Response:
        """All organisations."""
        return self.page(self.offering(), organization)

    @extend_schema(operation_id="hsds_organization", responses=OBJECT)
    def one(self, request: Request, key: uuid.UUID) -> Response:
        """One organisation."""
        partners = [partner for partner in self.offering() if identifier("partners", partner.pk) == str(key)]
        if not partners:
            raise Http404
        return Response(organization(partners[0]))


urlpatterns = [
    path("hsds", RootView.as_view({"get": "show"}), name="hsds"),
    path("hsds/services", ServicesView.as_view({"get": "all"}), name="hsds-services"),
    path("hsds/services/<uuid:key>", ServicesView.as_view({"get": "one"}), name="hsds-service"),
    path("hsds/organizations", OrganizationsView.as_view({"get": "all"}), name="hsds-organizations"),
    path("hsds/organizations/<uuid:key>", OrganizationsView.as_view({"get": "one"}), name="hsds-organization"),
]
