"""Placements with employers over the API, as a partner's own case system keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.enrolments.models import Enrolment
from cases.openings.concern import open_to
from cases.permissions import PLACEMENTS
from cases.placements import actions as placements
from cases.placements.models import Placement, Tell
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View
from programs.employers.models import WorkOffer

TELLS = "What the employer may be told: the name, and what else the person agreed to."


class PlacementSerializer(Resource):
    state = serializers.ChoiceField(choices=Placement.State.choices, read_only=True, help_text="Where it stands.")
    tells = serializers.ListField(child=serializers.ChoiceField(choices=Tell.choices), read_only=True, help_text=TELLS)
    times = serializers.CharField(read_only=True, help_text="When the person can work.")
    skills = serializers.CharField(read_only=True, help_text="What the person can do.")
    needs = serializers.CharField(read_only=True, help_text="What the person needs at work.")

    class Meta:
        model = Placement
        fields = [
            "id", "enrolment", "offer", "state", "offered_on", "agreed_on", "started_on", "seen_on", "ended_on", "end_reason", "consent_on",
            "consent_how", "tells", "consent_withdrawn_on", "times", "skills", "needs",
        ]  # fmt: skip
        extra_kwargs = {
            "offer": {"help_text": "Number of the offer of work."},
            "offered_on": {"help_text": "The day on which it was offered to the person."},
            "agreed_on": {"help_text": "The day on which the employer agreed."},
            "seen_on": {"help_text": "The last day on which somebody confirmed that the person is there."},
            "end_reason": {"help_text": "Why it ended."},
            "consent_on": {"help_text": "The day on which the person agreed to be named to the employer."},
            "consent_how": {"help_text": "How the person agreed."},
            "consent_withdrawn_on": {"help_text": "The day on which the person took that back."},
        }


class PlacementQuery(Query):
    enrolment = Number()
    state = serializers.ChoiceField(choices=Placement.State.choices, required=False, help_text="Where it stands.")


class PlacementInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    offer = serializers.PrimaryKeyRelatedField(
        queryset=WorkOffer.objects.select_related("employer"), help_text="Number of the offer of work."
    )


class EmployerConsentInput(Strict):
    how = serializers.ChoiceField(choices=Placement.How.choices, help_text="How the person agreed.")
    tells = serializers.ListField(
        child=serializers.ChoiceField(choices=Tell.choices), allow_empty=False, max_length=len(Tell), help_text=TELLS
    )
    times = serializers.CharField(max_length=500, default="", allow_blank=True, help_text="When the person can work.")
    skills = serializers.CharField(max_length=500, default="", allow_blank=True, help_text="What the person can do.")
    needs = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="What the person needs at work."
    )


class PlacementStartInput(Strict):
    on = InPast(help_text="The first day at work.")


class PlacementEndInput(Strict):
    on = InPast(help_text="The last day.")
    reason = serializers.ChoiceField(choices=Placement.Ended.choices, help_text="Why it ended.")


class PlacementView(View):
    """The partner's own placements with employers. What an employer is told is what the person agreed to, and no word of why they are
    helped."""

    resource = "placements"
    sees = PLACEMENTS
    does = {
        "create": placements.offer_placement,
        "consent": placements.record_consent,
        "withdraw_consent": placements.withdraw_consent,
        "agree": placements.agree,
        "start": placements.start,
        "confirm": placements.confirm,
        "end": placements.end,
        "take_back": placements.take_back,
    }
    serializer_class = PlacementSerializer
    tombstones = ("cases_placement",)
    queries = {"list": PlacementQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[Placement]:
        return Placement.objects.filter(partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Placement], parameters: dict[str, Any]) -> QuerySet[Placement]:
        return open_to(self.acting, super().narrowed(queryset, parameters), "enrolment__person")

    @extend_schema(request=PlacementInput, responses={201: PlacementSerializer})
    def create(self, request: Request) -> Response:
        """Offers work to somebody who takes part. The employer learns nothing yet."""
        fields: dict[str, Any] = self.checked_body(PlacementInput)
        self.check_door(fields["enrolment"])
        placement = placements.offer_placement(by=self.acting, **fields)
        return self.answer(
            placement, 201, {"Location": request.build_absolute_uri(f"/api/v1/placements/{placement.pk}")}
        )

    def _do(self, deed: Callable[..., Placement], body: type[Strict] | None = None) -> Response:
        """Carries the deed out on the placement, with what the body says."""
        placement = self.get_object()
        self.check_unchanged(placement)
        terms = self.checked_body(body) if body else {}
        deed(by=self.acting, placement=placement, **terms)
        return self.answer(self.get_object())

    @extend_schema(request=EmployerConsentInput, responses={200: PlacementSerializer})
    @action(detail=True, methods=["put"])
    def consent(self, request: Request, pk: int) -> Response:
        """Records that the person agrees today to be named to the employer, and what else the employer may be told."""
        return self._do(placements.record_consent, EmployerConsentInput)

    @extend_schema(request=None, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"], url_path="withdraw-consent")
    def withdraw_consent(self, request: Request, pk: int) -> Response:
        """Takes the consent back for the person: the employer is told nothing more."""
        return self._do(placements.withdraw_consent)

    @extend_schema(request=None, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: int) -> Response:
        """The employer has agreed, today."""
        return self._do(placements.agree)

    @extend_schema(request=PlacementStartInput, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: int) -> Response:
        """The person has begun."""
        return self._do(placements.start, PlacementStartInput)

    @extend_schema(request=None, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """The person is still there today."""
        return self._do(placements.confirm)

    @extend_schema(request=PlacementEndInput, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """It has ended, or came to nothing."""
        return self._do(placements.end, PlacementEndInput)

    @extend_schema(request=None, responses={200: PlacementSerializer})
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Takes the last step back, which was recorded by mistake."""
        return self._do(placements.take_back)
