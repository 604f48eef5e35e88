"""Statements over the API: those sent and received, and sending one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.openings.concern import open_to
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Query, View, WithoutMarks
from partnership.members.models import Partner
from referrals.permissions import STATEMENTS
from referrals.statements import actions as statements
from referrals.statements.actions import RECEIVING_KINDS
from referrals.statements.models import Statement


class StatementSerializer(Resource):
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    number = serializers.CharField(help_text="The case number.")
    note = serializers.CharField(help_text="What the court is to know besides, by the person's consent; mostly empty.")

    class Meta:
        model = Statement
        fields = [
            "id", "from_partner", "to_partner", "diversion", "first_names", "last_name", "born_on", "number", "attendance",
            "started_on", "ended_on", "attended", "missed", "note", "sent_at",
        ]  # fmt: skip


class StatementQuery(Query):
    direction = serializers.ChoiceField(choices=["incoming", "outgoing"], required=False)
    attendance = serializers.ChoiceField(choices=Statement.Attendance.choices, required=False)


class StatementInput(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    to_partner = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.filter(kind__in=RECEIVING_KINDS))
    attendance = serializers.ChoiceField(choices=Statement.Attendance.choices)
    number = serializers.CharField(max_length=60, default="", allow_blank=True, help_text="The case number.")
    note = serializers.CharField(
        max_length=2000,
        default="",
        allow_blank=True,
        help_text="What the court is to know besides, by the person's consent.",
    )
    signed_on = InPast(help_text="When the person consented to just this statement.")
    signed_how = serializers.ChoiceField(choices=Consent.Signed.choices)
    witness = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Spoken: who heard the person consent."
    )
    expires_on = serializers.DateField()
    told_right_to_withdraw = serializers.BooleanField()
    guardian_name = serializers.CharField(max_length=200, default="", allow_blank=True)
    guardian_missing_reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class StatementView(View):
    """Statements on attendance: dates and counts, nothing of what was said. A receiver sees one while the consent covers it."""

    resource = "statements"
    sees = STATEMENTS
    does = {"create": statements.send_statement}
    serializer_class = StatementSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": StatementQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[Statement]:
        return Statement.objects.seen_by(self.acting).order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        filters = dict(parameters)
        direction = filters.pop("direction", None)
        rows, mine = self.narrowed(Statement.objects.order_by(), filters), self.acting.partner
        by_direction = {
            "outgoing": open_to(self.acting, rows.filter(from_partner=mine), "person"),
            "incoming": rows.filter(to_partner=mine).exclude(from_partner=F("to_partner")),
        }
        return [queryset for name, queryset in by_direction.items() if direction in (None, name)]

    @extend_schema(request=StatementInput, responses={201: StatementSerializer})
    def create(self, request: Request) -> Response:
        """Sends a statement on an own enrolment, by the person's consent to it."""
        fields = self.checked_body(StatementInput)
        self.check_door(fields["enrolment"])
        sent = statements.send_statement(by=self.acting, **fields)
        headers = {"Location": self.request.build_absolute_uri(f"/api/v1/statements/{sent.pk}")}
        return self.answer(sent, 201, headers)
