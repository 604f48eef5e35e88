"""Grants, what they are allocated to, and spending over the API, as an accounting system keeps them; and the 360Giving export."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.isolation.constraints import FAR_DAY
from programs.catalogue.models import Programme
from programs.grants import actions as grants
from programs.grants.giving import MOST_EXPORTED, as_360giving
from programs.grants.models import Allocation, Category, Currency, Grant, Spending
from programs.permissions import GRANTS


class Money(serializers.DecimalField):
    """An amount, written as a text: "1234.50"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **({"min_value": Decimal("0.01")} | kwargs))


class GrantSerializer(Resource):
    report_days = serializers.SerializerMethodField(help_text="Days on which the funder wants a report, not sent yet.")

    class Meta:
        model = Grant
        fields = [
            "id", "partner", "title", "description", "funder", "funder_id", "reference", "currency", "amount", "state", "awarded_on",
            "starts_on", "ends_on", "is_shared", "report_days", "changed_at",
        ]  # fmt: skip

    def get_report_days(self, grant: Grant) -> list[str]:
        return [day.due_on.isoformat() for day in grant.report_days.all() if day.sent_on is None]


class GrantQuery(Query):
    state = serializers.ChoiceField(choices=Grant.State.choices, required=False)


class GrantInput(Strict):
    title = serializers.CharField(max_length=150)
    description = serializers.CharField(max_length=2000)
    funder = serializers.CharField(max_length=150)
    funder_id = serializers.CharField(max_length=60, default="", allow_blank=True)
    reference = serializers.CharField(max_length=60, default="", allow_blank=True)
    currency = serializers.ChoiceField(choices=Currency.choices, default=Currency.EUR)
    amount = Money()
    state = serializers.ChoiceField(choices=Grant.State.choices)
    awarded_on = serializers.DateField(default=None, allow_null=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    is_shared = serializers.BooleanField(default=False)

    def validate_ends_on(self, day: Any) -> Any:
        if day >= FAR_DAY:
            raise serializers.ValidationError(_("Choose a day before the year 2200."))
        return day


class GrantView(View):
    """The partner's own grants; for a coordinator's system also those that others share."""

    resource = "grants"
    sees = GRANTS
    does = {"create": grants.save_grant, "update": grants.save_grant}
    serializer_class = GrantSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": GrantQuery}

    def get_queryset(self) -> QuerySet[Grant]:
        return Grant.objects.seen_by(self.acting).prefetch_related("report_days").order_by()

    @extend_schema(request=GrantInput, responses={201: GrantSerializer})
    def create(self, request: Request) -> Response:
        """Writes down a grant."""
        grant = self._save(Grant(partner=self.acting.partner))
        return self.answer(grant, 201, {"Location": request.build_absolute_uri(f"/api/v1/grants/{grant.pk}")})

    @extend_schema(request=GrantInput, responses={200: GrantSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes an own grant."""
        grant = self.get_object()
        self.check_unchanged(grant)
        return self.answer(self._save(grant))

    def _save(self, grant: Grant) -> Grant:
        for name, value in self.checked_body(GrantInput).items():
            setattr(grant, name, value)
        return self.get_queryset().get(pk=grants.save_grant(by=self.acting, grant=grant).pk)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @action(detail=False, methods=["get"], url_path="360giving")
    def giving(self, request: Request) -> Response:
        """Own grants that were awarded, by the required fields of the 360Giving Data Standard; at most 1,000."""
        awarded = Grant.objects.filter(partner=self.acting.partner).awarded().select_related("partner").order_by("id")
        package = as_360giving(awarded[:MOST_EXPORTED])
        self.count = len(package["grants"])
        return Response(package)


class AllocationSerializer(Resource):
    class Meta:
        model = Allocation
        fields = ["id", "grant", "programme", "starts_on", "ends_on", "amount", "changed_at"]


class AllocationQuery(Query):
    grant = Number()
    programme = Number()


class AllocationInput(Strict):
    grant = serializers.PrimaryKeyRelatedField(queryset=Grant.objects.all())
    programme = serializers.PrimaryKeyRelatedField(
        queryset=Programme.objects.all(), default=None, allow_null=True, help_text="null: costs that programmes share."
    )
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    amount = Money()


class AllocationView(View):
    """What the partner's own grants are allocated to; for a coordinator's system also of grants that others share."""

    resource = "grant-allocations"
    sees = GRANTS
    does = {"create": grants.save_allocation}
    serializer_class = AllocationSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": AllocationQuery}

    def get_queryset(self) -> QuerySet[Allocation]:
        return Allocation.objects.filter(grant__in=Grant.objects.seen_by(self.acting)).order_by()

    @extend_schema(request=AllocationInput, responses={201: AllocationSerializer})
    def create(self, request: Request) -> Response:
        """Gives a part of an own grant to an own programme, or to shared costs."""
        allocation = Allocation(partner=self.acting.partner, **self.checked_body(AllocationInput))
        allocation = grants.save_allocation(by=self.acting, allocation=allocation)
        address = request.build_absolute_uri(f"/api/v1/grant-allocations/{allocation.pk}")
        return self.answer(allocation, 201, {"Location": address})


class SpendingSerializer(Resource):
    class Meta:
        model = Spending
        fields = ["id", "allocation", "month", "category", "amount", "changed_at"]


class SpendingQuery(Query):
    allocation = Number()
    month = serializers.DateField(required=False, help_text="The first day of the month.")


class SpendingInput(Strict):
    allocation = serializers.PrimaryKeyRelatedField(queryset=Allocation.objects.all())
    month = InPast(help_text="Any day in it.")
    category = serializers.ChoiceField(choices=Category.choices)
    amount = Money(min_value=Decimal(0), help_text="Of the whole month; it takes the place of what was there.")


class SpendingView(View):
    """What was spent of the partner's own allocations, by month and category."""

    resource = "grant-spending"
    sees = GRANTS
    does = {"create": grants.record_spending}
    serializer_class = SpendingSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": SpendingQuery}

    def get_queryset(self) -> QuerySet[Spending]:
        return Spending.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=SpendingInput, responses={201: SpendingSerializer})
    def create(self, request: Request) -> Response:
        """Says how much was spent in a month on a category; sent again, it replaces what was there."""
        spending = grants.record_spending(by=self.acting, **self.checked_body(SpendingInput))
        address = request.build_absolute_uri(f"/api/v1/grant-spending/{spending.pk}")
        return self.answer(spending, 201, {"Location": address})
