"""Referrals for those who speak HL7 FHIR R4: a ServiceRequest (what was asked for) and a Task (how far it is). Read only.

Whom a referral is about is not in them: the subject is a logical reference to the referral, whose native record shows the
identity to its parties while the consent stands.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.http import Http404
from django.urls import path
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import renderers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.about import PublicView
from partnership.api.paging import page_of
from partnership.api.problems import handle
from partnership.api.serializers import utc
from partnership.api.views import JSONRenderer, Names, Query, View
from partnership.members.models import Role
from referrals.fhir.search import Numbers, Period
from referrals.handover.models import Referral
from referrals.handover.transitions import FHIR_TASK_STATUS, State
from referrals.permissions import REFERRALS

TYPE = "application/fhir+json"
RESOURCE = {(200, TYPE): OpenApiResponse(OpenApiTypes.OBJECT, description="As FHIR R4 describes it.")}
REQUEST_STATUS = {
    State.DRAFT: "draft",
    State.COMPLETED: "completed",
    State.ENDED_EARLY: "revoked",
    State.DECLINED: "revoked",
    State.WITHDRAWN: "revoked",
}


class FhirRenderer(JSONRenderer):
    media_type = TYPE
    format = "fhir"


def _organisation(pk: int, name: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{settings.SITE_URL}/partners", "value": str(pk)}, "display": name}


def service_request(referral: Referral) -> dict[str, Any]:
    """What was asked for, without the person's identity."""
    number = str(referral.pk)
    return {
        "resourceType": "ServiceRequest",
        "id": number,
        "identifier": [{"system": f"{settings.SITE_URL}/referrals", "value": number}],
        "status": REQUEST_STATUS.get(State(referral.state), "active"),
        "intent": "order",
        "priority": "urgent" if referral.is_urgent else "routine",
        "category": [{"coding": [{"system": f"{settings.SITE_URL}/codes/referral_kind", "code": referral.kind, "display": str(referral.get_kind_display())}]}],
        "code": {"text": referral.programme.name},
        "subject": {"identifier": {"system": f"{settings.SITE_URL}/referrals", "value": number}},
        **({"authoredOn": utc(referral.sent_at)} if referral.sent_at else {}),
        "requester": _organisation(referral.from_partner_id, referral.from_partner.name),
        "performer": [_organisation(referral.to_partner_id, referral.to_partner.name)],
        "meta": {"versionId": str(referral.version), "lastUpdated": utc(referral.changed_at)},
    }  # fmt: skip


def task(referral: Referral) -> dict[str, Any]:
    """How far a referral is, without the person's identity."""
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(referral.pk),
        "status": FHIR_TASK_STATUS[State(referral.state)],
        "businessStatus": {"coding": [{"system": f"{settings.SITE_URL}/codes/referral_state", "code": referral.state}], "text": str(referral.get_state_display())},
        "intent": "order",
        "priority": "urgent" if referral.is_urgent else "routine",
        "focus": {"reference": f"ServiceRequest/{referral.pk}"},
        "lastModified": utc(referral.changed_at),
        "requester": _organisation(referral.from_partner_id, referral.from_partner.name),
        "owner": _organisation(referral.to_partner_id, referral.to_partner.name),
        "meta": {"versionId": str(referral.version), "lastUpdated": utc(referral.changed_at)},
    }  # fmt: skip
    if referral.sent_at:
        resource["authoredOn"] = utc(referral.sent_at)
    if referral.reason_code:
        resource["statusReason"] = {
            "coding": [{"system": f"{settings.SITE_URL}/codes/referral_reason", "code": referral.reason_code}],
            "text": str(referral.reason_text),
        }
    if referral.due_accept_at:
        resource["restriction"] = {"period": {"end": utc(referral.due_accept_at)}}
    return resource


class FhirQuery(Query):
    is_list = False
    _count = serializers.IntegerField(min_value=1, max_value=500, default=50, help_text="Resources a page.")
    _id = Numbers(required=False, help_text="Only these, divided by commas.")
    _lastUpdated = serializers.ListField(
        child=Period(),
        required=False,
        help_text="When it was last changed, with a prefix (`ge2026-03`); once or twice.",
    )
    _format = serializers.ChoiceField(
        choices=["json", "application/json", TYPE], required=False, help_text="JSON is the only one."
    )
    cursor = serializers.CharField(required=False, help_text="From the next link.")


ISSUES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    429: "throttled",
}  # fmt: skip
"""Status → https://hl7.org/fhir/R4/valueset-issue-type.html"""


def answer_as_outcome(error: Exception, context: dict[str, Any]) -> Response | None:
    """A problem as an OperationOutcome: an issue for each thing that is wrong."""
    response = handle(error, context)
    if response is not None:
        problem = response.data
        texts = [f"{each['parameter']}: {each['detail']}" for each in problem.get("errors", [])] or [problem["detail"]]
        code = ISSUES.get(response.status_code, "processing")
        response.data = {
            "resourceType": "OperationOutcome",
            "issue": [
                {"severity": "error", "code": code, "details": {"text": problem["title"]}, "diagnostics": text}
                for text in texts
            ],
        }
        response.content_type = TYPE
    return response


class ReadQuery(Query):
    _format = serializers.ChoiceField(
        choices=["json", "application/json", TYPE], required=False, help_text="JSON is the only one."
    )


class FhirView(View):
    resource = "referrals"
    sees = REFERRALS
    tag = "fhir"
    renderer_classes = [FhirRenderer, JSONRenderer]
    repeatable = frozenset({"_lastUpdated"})
    make = staticmethod(task)
    statuses: dict[State, str] = {}
    """What a state is called in FHIR."""

    def get_exception_handler(self) -> Any:
        return answer_as_outcome

    def search(self, request: Request) -> Response:
        parameters = self.parameters
        mine = self.acting.partner
        related = ("programme", "from_partner", "to_partner")
        if self.acting.role == Role.COORDINATOR:
            sources = [Referral.objects.filter(sent_at__isnull=False).select_related(*related)]
        else:
            sources = [
                Referral.objects.outgoing(mine).select_related(*related),
                Referral.objects.incoming(mine).exclude(from_partner=F("to_partner")).select_related(*related),
            ]
        conditions = [*parameters.get("_lastUpdated", [])]
        if "_id" in parameters:
            conditions.append(Q(pk__in=parameters["_id"]))
        if "status" in parameters:
            conditions.append(Q(state__in=[s for s, status in self.statuses.items() if status in parameters["status"]]))
        sources = [source.filter(*conditions) for source in sources]
        order = "changed_at" if "_lastUpdated" in parameters else "-id"
        page = page_of(sources, order, parameters.get("cursor", ""), parameters["_count"])
        links = [{"relation": "self", "url": request.build_absolute_uri()}]
        if page.next_cursor:
            address = request.query_params.copy()
            address["cursor"] = page.next_cursor
            links.append(
                {"relation": "next", "url": request.build_absolute_uri(f"{request.path}?{address.urlencode()}")}
            )
        self.count = len(page.rows)
        return Response(
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "link": links,
                "entry": [
                    {"fullUrl": request.build_absolute_uri(f"{request.path}/{row.pk}"), "resource": self.make(row), "search": {"mode": "match"}}
                    for row in page.rows
                ],
            }
        )  # fmt: skip

    def read(self, request: Request, pk: int) -> Response:
        referral = (
            Referral.objects.seen_by(self.acting)
            .select_related("programme", "from_partner", "to_partner")
            .filter(pk=pk)
            .first()
        )
        if referral is None:
            raise Http404
        response = Response(self.make(referral))
        response["ETag"] = f'W/"{referral.version}"'
        response["Last-Modified"] = http_date(referral.changed_at.timestamp())
        return response


class TaskQuery(FhirQuery):
    status = Names(sorted(set(FHIR_TASK_STATUS.values())), help_text="Only in these, divided by commas.")


class ServiceRequestQuery(FhirQuery):
    status = Names(["active", "completed", "draft", "revoked"], help_text="Only in these, divided by commas.")


class TaskView(FhirView):
    """How far each referral is."""

    operation = "fhir_task"
    statuses = FHIR_TASK_STATUS
    queries = {"search": TaskQuery, "read": ReadQuery}

    @extend_schema(operation_id="fhir_task_search", responses=RESOURCE)
    def search(self, request: Request) -> Response:
        """Tasks of own referrals, newest first, as a Bundle."""
        return super().search(request)

    @extend_schema(operation_id="fhir_task_read", responses=RESOURCE)
    def read(self, request: Request, pk: int) -> Response:
        """One Task."""
        return super().read(request, pk)


class ServiceRequestView(FhirView):
    """What was asked for."""

    operation = "fhir_service_request"
    statuses = {state: REQUEST_STATUS.get(state, "active") for state in State}
    queries = {"search": ServiceRequestQuery, "read": ReadQuery}
    make = staticmethod(service_request)

    @extend_schema(operation_id="fhir_service_request_search", responses=RESOURCE)
    def search(self, request: Request) -> Response:
        """ServiceRequests of own referrals, newest first, as a Bundle."""
        return super().search(request)

    @extend_schema(operation_id="fhir_service_request_read", responses=RESOURCE)
    def read(self, request: Request, pk: int) -> Response:
        """One ServiceRequest."""
        return super().read(request, pk)


class CapabilityView(PublicView):
    resource = operation = "fhir"
    tag = "fhir"
    renderer_classes: list[type[renderers.BaseRenderer]] = [FhirRenderer, JSONRenderer]

    @extend_schema(operation_id="fhir_metadata", responses=RESOURCE)
    def show(self, request: Request) -> Response:
        """What this server can do (CapabilityStatement)."""
        interaction = [{"code": "read"}, {"code": "search-type"}]
        return Response(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": "2026-11-21",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json"],
                "implementation": {
                    "description": "Prevention partnership",
                    "url": request.build_absolute_uri("/api/v1/fhir"),
                },
                "rest": [
                    {
                        "mode": "server",
                        "security": {"description": "OAuth 2 client credentials, scope referrals:read."},
                        "resource": [
                            {
                                "type": name,
                                "interaction": interaction,
                                "searchParam": [
                                    {"name": "_id", "type": "token"},
                                    {"name": "_lastUpdated", "type": "date"},
                                    {"name": "status", "type": "token"},
                                ],
                            }
                            for name in ("Task", "ServiceRequest")
                        ],
                    }
                ],
            }
        )


urlpatterns = [
    path("fhir/metadata", CapabilityView.as_view({"get": "show"}), name="fhir-metadata"),
    path("fhir/Task", TaskView.as_view({"get": "search"}), name="fhir-tasks"),
    path("fhir/Task/<int:pk>", TaskView.as_view({"get": "read"}), name="fhir-task"),
    path("fhir/ServiceRequest", ServiceRequestView.as_view({"get": "search"}), name="fhir-service-requests"),
    path("fhir/ServiceRequest/<int:pk>", ServiceRequestView.as_view({"get": "read"}), name="fhir-service-request"),
]
