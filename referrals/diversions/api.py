"""Diversion agreements over the API, with progress and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View
from partnership.isolation.errors import Invalid
from partnership.members.models import Partner, Role
from referrals.diversions import actions as diversions
from referrals.diversions.models import ADDRESSED_KINDS, STATUSES, Authority, Case, Condition, DiversionAgreement
from referrals.handover.api import ReferralSerializer
from referrals.handover.transitions import ADDRESSED, DIRECTIONS
from referrals.permissions import DIVERSIONS


class ConditionSerializer(serializers.ModelSerializer[Condition]):
    detail = serializers.CharField()
    is_met = serializers.BooleanField(read_only=True)

    class Meta:
        model = Condition
        fields = ["id", "kind", "detail", "target", "done", "reported_on", "is_met"]


class DiversionSerializer(Resource):
    status = serializers.ChoiceField(choices=list(STATUSES.items()), read_only=True)
    conditions = ConditionSerializer(many=True, read_only=True)
    expandable = {"referral": ("shown_referral", ReferralSerializer, "")}

    class Meta:
        model = DiversionAgreement
        fields = [
            "id", "referral", "from_partner", "to_partner", "status", "offence", "is_first_time", "talk_on", "deadline", "conditions", "breached_on", "outcome",
            "outcome_at", "authority", "decision", "decided_by", "section", "decided_at", "changed_at",
        ]  # fmt: skip


class DiversionQuery(Query):
    referral = Number()
    direction = serializers.ChoiceField(
        choices=[*DIRECTIONS, ADDRESSED],
        required=False,
        help_text="Without it: all.",
    )
    outcome = serializers.ChoiceField(choices=[c for c in DiversionAgreement.Outcome.choices if c[0]], required=False)
    decision = serializers.ChoiceField(choices=[c for c in DiversionAgreement.Decision.choices if c[0]], required=False)


class ProgressInput(Strict):
    condition = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    done = serializers.IntegerField(min_value=0, max_value=1000)
    reported_on = InPast()


class BreachInput(Strict):
    breached_on = InPast()


class OutcomeInput(Strict):
    outcome = serializers.ChoiceField(choices=[c for c in DiversionAgreement.Outcome.choices if c[0]])


class DecisionInput(Strict):
    decision = serializers.ChoiceField(choices=[c for c in DiversionAgreement.Decision.choices if c[0]])
    reasons = serializers.CharField(max_length=4000)
    decided_by = serializers.ChoiceField(
        choices=Authority.choices,
        default="",
        allow_blank=True,
        help_text="Which authority decided; the caller's unless said.",
    )
    section = serializers.CharField(max_length=60, default="", allow_blank=True, help_text="The section of law.")


class AddressInput(Strict):
    authority = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.filter(kind__in=ADDRESSED_KINDS))
    number = serializers.CharField(max_length=60, default="", allow_blank=True, help_text="The case number.")


class CaseSerializer(serializers.ModelSerializer[Case]):
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    identity_code = serializers.CharField()
    number = serializers.CharField()

    class Meta:
        model = Case
        fields = ["first_names", "last_name", "born_on", "identity_code", "number"]


class DiversionDetailSerializer(DiversionSerializer):
    case = serializers.SerializerMethodField(
        help_text="Whose case it is, for the sender and the prosecutor or court to whom it is addressed; else null."
    )

    class Meta(DiversionSerializer.Meta):
        fields = [*DiversionSerializer.Meta.fields, "case"]

    @extend_schema_field(CaseSerializer(allow_null=True))
    def get_case(self, diversion: DiversionAgreement) -> Any:
        case = Case.objects.filter(diversion=diversion).first()
        return CaseSerializer(case).data if case else None


class DiversionView(View):
    """Diversion agreements: counts and dates. The content of treatment is not in them."""

    resource = "diversions"
    sees = DIVERSIONS
    does = {
        "progress": diversions.report_progress,
        "breach": diversions.report_breach,
        "outcome": diversions.report_outcome,
        "address": diversions.address,
        "decide": diversions.decide,
    }
    serializer_class = DiversionSerializer
    queries = {"list": DiversionQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("referrals_diversionagreement",)
    is_personal = True

    def serializer_for_reading(self, action: str | None) -> type[Resource]:
        return DiversionSerializer if action == "list" else DiversionDetailSerializer

    def get_queryset(self) -> QuerySet[DiversionAgreement]:
        return DiversionAgreement.objects.seen_by(self.acting).prefetch_related("conditions").order_by()

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Joined, a referral that the database does not show would take the diversion with it."""
        return queryset.prefetch_related("referral") if "referral" in self.parameters.get("expand", []) else queryset

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        filters = dict(parameters)
        direction = filters.pop("direction", None)
        rows = self.narrowed(DiversionAgreement.objects.prefetch_related("conditions").order_by(), filters)
        mine = self.acting.partner
        if self.acting.role == Role.COORDINATOR:
            return [rows.filter(is_sent=True)] if direction in (None, "outgoing") else [rows.none()]
        by_direction = {
            "outgoing": rows.filter(from_partner=mine),
            "incoming": rows.filter(to_partner=mine, is_sent=True),
            "addressed": rows.filter(authority=mine, is_sent=True).exclude(from_partner=mine),
        }
        return [queryset for name, queryset in by_direction.items() if direction in (None, name)]

    def still_open(self, body: Any) -> Any:
        body = super().still_open(body)
        # It may have been addressed to another authority since the answer was kept.
        if isinstance(body, dict) and body.get("case") and not Case.objects.filter(diversion=body["id"]).exists():
            body["case"] = None
        return body

    def unchanged_diversion(self, pk: int) -> DiversionAgreement:
        """A diversion that the caller may see, unchanged since the caller read it."""
        diversion = get_object_or_404(self.get_queryset(), pk=pk)
        self.check_door(diversion)
        self.check_unchanged(diversion)
        return diversion

    @extend_schema(request=ProgressInput, responses={200: DiversionDetailSerializer})
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, pk: int) -> Response:
        """Says how many of a condition's sessions, visits or payments are done."""
        diversion = self.unchanged_diversion(pk)
        fields = self.checked_body(ProgressInput)
        condition = next((c for c in diversion.conditions.all() if c.pk == fields["condition"]), None)
        if condition is None:
            raise Invalid("condition", _("This diversion has no such condition."))
        diversions.report_progress(by=self.acting, condition=condition, done=fields["done"], on=fields["reported_on"])
        return self.retrieve(request)

    @extend_schema(request=BreachInput, responses={200: DiversionDetailSerializer})
    @action(detail=True, methods=["post"])
    def breach(self, request: Request, pk: int) -> Response:
        """Says that a condition was broken, and when; not how."""
        diversions.report_breach(
            by=self.acting, diversion=self.unchanged_diversion(pk), on=self.checked_body(BreachInput)["breached_on"]
        )
        return self.retrieve(request)

    @extend_schema(request=OutcomeInput, responses={200: DiversionDetailSerializer})
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: int) -> Response:
        """Closes the receiver's part; the unit that diverted decides next, or the authority to whom it is addressed."""
        diversions.report_outcome(
            by=self.acting, diversion=self.unchanged_diversion(pk), **self.checked_body(OutcomeInput)
        )
        return self.retrieve(request)

    @extend_schema(request=AddressInput, responses={200: DiversionDetailSerializer})
    @action(detail=True, methods=["post"])
    def address(self, request: Request, pk: int) -> Response:
        """Says which prosecutor or court decides, and tells it whose case it is."""
        diversions.address(by=self.acting, diversion=self.unchanged_diversion(pk), **self.checked_body(AddressInput))
        return self.retrieve(request)

    @extend_schema(request=DecisionInput, responses={200: DiversionDetailSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """The decision after the outcome or the end, with its reasons: by the unit, or the authority to whom it is addressed."""
        diversions.decide(by=self.acting, diversion=self.unchanged_diversion(pk), **self.checked_body(DecisionInput))
        return self.retrieve(request)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        diversion = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if diversion is None:
            raise Http404
        self.check_door(diversion)
        return self.answer(diversion)
