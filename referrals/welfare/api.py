"""Child welfare notices over the API: those made and received, making one, acknowledging it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.openings.concern import open_to
from cases.people.models import Person
from partnership.api.serializers import Resource, Strict
from partnership.api.views import Query, View, WithoutMarks
from partnership.members.models import Partner
from referrals.permissions import WELFARE_NOTICES
from referrals.welfare import actions as welfare
from referrals.welfare.models import WelfareNotice


class WelfareSerializer(Resource):
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    identity_code = serializers.CharField()
    phone = serializers.CharField()
    concern = serializers.CharField()

    class Meta:
        model = WelfareNotice
        fields = [
            "id", "from_partner", "to_partner", "first_names", "last_name", "born_on", "identity_code", "phone", "concern",
            "made_at", "acknowledged_at",
        ]  # fmt: skip


class WelfareQuery(Query):
    direction = serializers.ChoiceField(choices=["incoming", "outgoing"], required=False)


class WelfareInput(Strict):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all(), help_text="An own person under 18.")
    to_partner = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.filter(kind=welfare.RECEIVING_KIND))
    concern = serializers.CharField(max_length=4000)


class WelfareView(View):
    """Child welfare notices to social services. They need no consent."""

    resource = "welfare-notices"
    sees = WELFARE_NOTICES
    does = {"create": welfare.make_notice, "acknowledge": welfare.acknowledge_notice}
    serializer_class = WelfareSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": WelfareQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[WelfareNotice]:
        return WelfareNotice.objects.seen_by(self.acting).order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        rows, mine = WelfareNotice.objects.order_by(), self.acting.partner
        by_direction = {
            "outgoing": open_to(self.acting, rows.filter(from_partner=mine), "person"),
            "incoming": rows.filter(to_partner=mine).exclude(from_partner=F("to_partner")),
        }
        return [rows for name, rows in by_direction.items() if parameters.get("direction") in (None, name)]

    @extend_schema(request=WelfareInput, responses={201: WelfareSerializer})
    def create(self, request: Request) -> Response:
        """Makes a notice about an own person under 18."""
        fields = self.checked_body(WelfareInput)
        self.check_door(fields["person"])
        notice = welfare.make_notice(by=self.acting, **fields)
        headers = {"Location": self.request.build_absolute_uri(f"/api/v1/welfare-notices/{notice.pk}")}
        return self.answer(notice, 201, headers)

    @extend_schema(request=None, responses={200: WelfareSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Tells who made it that it is in hand."""
        notice = get_object_or_404(self.get_queryset(), pk=pk)
        self.check_door(notice)
        return self.answer(welfare.acknowledge_notice(by=self.acting, notice=notice))
