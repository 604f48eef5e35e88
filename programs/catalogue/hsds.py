"""The service directory as Open Referral HSDS 3 describes it, public: whoever looks for help finds what is offered.

Programmes are services, partners organisations, districts service areas, places locations. Identifiers are UUIDs (version 5) of the portal's
own numbers, stable for good. https://docs.openreferral.org/en/3.0/
"""

from __future__ import annotations

import uuid
from datetime import time
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
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
from programs.catalogue.models import LANGUAGES, Programme
from programs.locations.models import Location

PROFILE = "https://docs.openreferral.org/en/3.0/hsds/overview.html"
OBJECT = {200: OpenApiResponse(OpenApiTypes.OBJECT, description="As HSDS 3 describes it.")}


def identifier(kind: str, number: int) -> str:
    """The UUID of a record in the directory: the same every time, from its address."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/{kind}/{number}"))


def known(**facts: Any) -> dict[str, Any]:
    """The facts that are known: HSDS has no null."""
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def phones(of: str, number: int, text: str) -> list[dict[str, Any]]:
    """The phone number of a record, where it has one."""
    return [{"id": identifier(f"{of}/phones", number), "number": text}] if text else []


def organization(partner: Partner) -> dict[str, Any]:
    """A partner as HSDS has it."""
    return known(
        id=identifier("partners", partner.pk),
        name=partner.name,
        description=str(partner.get_kind_display()),
        email=partner.email,
        phones=phones("partners", partner.pk, partner.phone),
    )


def place(place: Location) -> dict[str, Any]:
    """A place. Of a confidential one the portal knows no address."""
    number = identifier("locations", place.pk)
    address = {
        "id": identifier("addresses", place.pk),
        "location_id": number,
        "address_1": place.street,
        "city": place.city,
        "state_province": "",
        "postal_code": place.postal_code,
        "country": "FI",
        "address_type": "physical",
    }
    return known(
        id=number,
        location_type="physical",
        organization_id=identifier("partners", place.partner_id),
        name=str(place),
        description=_("Call to be told the address.") if place.is_confidential else "",
        addresses=[] if place.is_confidential else [address],
        accessibility=[{"id": identifier("access", place.pk), "location_id": number, "description": place.access}]
        if place.access
        else [],
        phones=phones("locations", place.pk, place.phone),
    )


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def schedules(place: Location, service_at: str) -> list[dict[str, Any]]:
    """When a place is open: days with the same hours are one schedule (RFC 5545). Times bear the present offset from UTC."""
    spans: dict[tuple[time, time], list[str]] = {}
    for day in place.hours.all():
        spans.setdefault((day.opens_at, day.closes_at), []).append(DAYS[day.weekday - 1])
    offset = timezone.localtime().isoformat()[-6:]
    return [
        {
            "id": identifier(f"locations/{place.pk}/schedules/{','.join(days)}", 0),
            "service_at_location_id": service_at,
            "freq": "WEEKLY",
            "byday": ",".join(days),
            "opens_at": f"{opens_at:%H:%M}{offset}",
            "closes_at": f"{closes_at:%H:%M}{offset}",
        }
        for (opens_at, closes_at), days in spans.items()
    ]


def service_at_location(location: Location) -> dict[str, Any]:
    """That a programme is found in a place, and when."""
    number = identifier("services_at", location.pk)
    return known(
        id=number,
        service_id=identifier("programmes", location.programme_id),
        location_id=identifier("locations", location.pk),
        location=place(location),
        schedules=schedules(location, number),
    )


def service(programme: Programme) -> dict[str, Any]:
    """A programme. Capacity: what may be said in public, whether it takes people now and how many places are free."""
    number = identifier("programmes", programme.pk)
    kind = str(programme.get_kind_display())
    capacity = {
        "id": identifier("capacities", programme.pk),
        "service_id": number,
        "available": programme.places_free,
        "description": str(programme.get_capacity_display()),
        "updated": utc(programme.capacity_changed_at),
        "unit": {"id": identifier("units", 1), "name": "place"},
    }
    term = {"id": identifier(f"kinds/{programme.kind}", 0), "code": programme.kind, "name": kind, "description": kind}
    return known(
        id=number,
        name=programme.local_name,
        description=programme.local_description or kind,
        email=programme.partner.email,
        status="active" if programme.takes_referrals else "temporarily closed",
        organization=organization(programme.partner),
        minimum_age=programme.age_from,
        maximum_age=programme.age_to,
        assured_date=programme.checked_on.isoformat() if programme.checked_on else None,
        last_modified=utc(programme.changed_at),
        languages=[
            {
                "id": identifier(f"programmes/{programme.pk}/languages/{code}", 0),
                "service_id": number,
                "name": str(LANGUAGES.get(code, code)),
                "code": code,
            }
            for code in programme.languages
        ],
        service_areas=[
            {
                "id": identifier(f"programmes/{programme.pk}/areas", district.pk),
                "service_id": number,
                "name": district.local_name,
                "extent": district.code,
                "extent_type": "text",
            }
            for district in programme.districts.all()
        ],
        service_at_locations=[service_at_location(location) for location in programme.locations.all()],
        service_capacities=[capacity] if programme.places_free is not None else [],
        attributes=[
            {
                "id": identifier("attributes", programme.pk),
                "link_id": number,
                "link_entity": "service",
                "taxonomy_term": term,
            }
        ],
    )


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
    modified_after = serializers.DateField(required=False, help_text="Only what changed on this day or later.")
    minimal = Flag(default=False, help_text="Number and name only.")


class HsdsView(PublicView):
    resource = operation = "hsds"
    tag = "hsds"

    def services(self) -> QuerySet[Programme]:
        return (
            Programme.objects.offered()
            .select_related("partner")
            .prefetch_related(Prefetch("districts", District.objects.order_by("code")), "locations__hours")
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
        if "modified_after" in parameters:
            services = services.filter(changed_at__date__gte=parameters["modified_after"])
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


class ServicesAtLocationsView(HsdsView):
    """Services where they are found."""

    queries = {"all": PageQuery}

    def places(self) -> QuerySet[Location]:
        return Location.objects.filter(programme__in=Programme.objects.offered()).prefetch_related("hours")

    @extend_schema(operation_id="hsds_service_at_locations", responses=OBJECT)
    def all(self, request: Request) -> Response:
        """All places in which services are found, with their opening hours."""
        return self.page(self.places(), service_at_location)

    @extend_schema(operation_id="hsds_service_at_location", responses=OBJECT)
    def one(self, request: Request, key: uuid.UUID) -> Response:
        """One place of a service."""
        numbers = [pk for pk in self.places().values_list("pk", flat=True) if identifier("services_at", pk) == str(key)]
        if not numbers:
            raise Http404
        return Response(service_at_location(self.places().get(pk=numbers[0])))


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
    path("hsds/service_at_locations", ServicesAtLocationsView.as_view({"get": "all"}), name="hsds-places"),
    path("hsds/service_at_locations/<uuid:key>", ServicesAtLocationsView.as_view({"get": "one"}), name="hsds-place"),
    path("hsds/organizations", OrganizationsView.as_view({"get": "all"}), name="hsds-organizations"),
    path("hsds/organizations/<uuid:key>", OrganizationsView.as_view({"get": "one"}), name="hsds-organization"),
]
