"""Diversion agreements over the API, with progress and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View
from partnership.isolation.errors import Invalid
from partnership.members.models import Role
from referrals.diversions import actions as diversions
from referrals.diversions.models import STATUSES, Condition, DiversionAgreement
from referrals.handover.api import ReferralSerializer
from referrals.handover.transitions import DIRECTIONS
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
    expandable = {"referral": ("referral", ReferralSerializer, "referral")}

    class Meta:
        model = DiversionAgreement
        fields = [
            "id", "referral", "from_partner", "to_partner", "status", "deadline", "conditions", "breached_on", "outcome",
            "outcome_at", "decision", "decided_at", "changed_at",
        ]  # fmt: skip


class DiversionQuery(Query):
    referral = Number()
    direction = serializers.ChoiceField(choices=DIRECTIONS, required=False, help_text="Without it: both.")
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


class DiversionView(View):
    """Diversion agreements: counts and dates. The content of treatment is not in them."""

    resource = "diversions"
    sees = DIVERSIONS
    does = {
        "progress": diversions.report_progress,
        "breach": diversions.report_breach,
        "outcome": diversions.report_outcome,
        "decide": diversions.decide,
    }
    serializer_class = DiversionSerializer
    queries = {"list": DiversionQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("referrals_diversionagreement",)
    is_personal = True

    def get_queryset(self) -> QuerySet[DiversionAgreement]:
        return DiversionAgreement.objects.seen_by(self.acting).prefetch_related("conditions").order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        filters = dict(parameters)
        direction = filters.pop("direction", None)
        rows = self.narrowed(DiversionAgreement.objects.prefetch_related("conditions").order_by(), filters)
        mine = self.acting.partner
        if self.acting.role == Role.COORDINATOR:
            return [rows.filter(is_sent=True)] if direction != "incoming" else [rows.none()]
        by_direction = {
            "outgoing": rows.filter(from_partner=mine),
            "incoming": rows.filter(to_partner=mine, is_sent=True),
        }
        return [queryset for name, queryset in by_direction.items() if direction in (None, name)]

    def unchanged_diversion(self, pk: int) -> DiversionAgreement:
        """A diversion that the caller may see, unchanged since the caller read it."""
        diversion = get_object_or_404(self.get_queryset(), pk=pk)
        self.check_unchanged(diversion)
        return diversion

    @extend_schema(request=ProgressInput, responses={200: DiversionSerializer})
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

    @extend_schema(request=BreachInput, responses={200: DiversionSerializer})
    @action(detail=True, methods=["post"])
    def breach(self, request: Request, pk: int) -> Response:
        """Says that a condition was broken, and when; not how."""
        diversions.report_breach(
            by=self.acting, diversion=self.unchanged_diversion(pk), on=self.checked_body(BreachInput)["breached_on"]
        )
        return self.retrieve(request)

    @extend_schema(request=OutcomeInput, responses={200: DiversionSerializer})
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: int) -> Response:
        """Closes the receiver's part; the unit that diverted decides next."""
        diversions.report_outcome(
            by=self.acting, diversion=self.unchanged_diversion(pk), **self.checked_body(OutcomeInput)
        )
        return self.retrieve(request)

    @extend_schema(request=DecisionInput, responses={200: DiversionSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """The unit's decision on the outcome, with its reasons."""
        diversions.decide(by=self.acting, diversion=self.unchanged_diversion(pk), **self.checked_body(DecisionInput))
        return self.retrieve(request)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        diversion = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if diversion is None:
            raise Http404
        return self.answer(diversion)
