"""End reports over the API: those sent and received, and sending one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.assessments.models import CHOICES
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.openings.concern import open_to
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from referrals.end_reports import actions as end_reports
from referrals.end_reports.models import EndReport
from referrals.permissions import END_REPORTS


class ShownScore(Strict):
    instrument = serializers.ChoiceField(choices=CHOICES)
    first = serializers.IntegerField(help_text="The first total.")
    first_on = serializers.DateField(help_text="When it was recorded.")
    latest = serializers.IntegerField(help_text="The latest total.")
    latest_on = serializers.DateField(help_text="When it was recorded.")


class EndReportSerializer(Resource):
    scores = serializers.SerializerMethodField(help_text="The totals that the person consents to show.")

    class Meta:
        model = EndReport
        fields = [
            "id", "from_partner", "to_partner", "referral", "achieved", "partly", "not_achieved", "scores", "sent_at",
        ]  # fmt: skip

    @extend_schema_field(ShownScore(many=True))
    def get_scores(self, report: EndReport) -> list[dict[str, Any]]:
        return [{"instrument": code, **score} for code, score in report.scores.items()]


class EndReportQuery(Query):
    direction = serializers.ChoiceField(choices=["incoming", "outgoing"], required=False)
    referral = Number()


class EndReportSent(Strict):
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    scores = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES), default=list, help_text="Instruments whose totals are shown."
    )
    signed_on = InPast(help_text="When the person consented to just this report.")
    signed_how = serializers.ChoiceField(choices=Consent.Signed.choices)
    witness = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Spoken: who heard the person consent."
    )
    expires_on = serializers.DateField()
    told_right_to_withdraw = serializers.BooleanField()
    guardian_name = serializers.CharField(max_length=200, default="", allow_blank=True)
    guardian_missing_reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class EndReportView(View):
    """End reports to who referred somebody: counts of goals, and the totals that the person consents to show. A receiver sees one
    while the consent covers it."""

    resource = "end-reports"
    sees = END_REPORTS
    does = {"create": end_reports.send_end_report}
    serializer_class = EndReportSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": EndReportQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[EndReport]:
        return EndReport.objects.seen_by(self.acting).order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        filters = dict(parameters)
        direction = filters.pop("direction", None)
        rows, mine = self.narrowed(EndReport.objects.order_by(), filters), self.acting.partner
        by_direction = {
            "outgoing": open_to(self.acting, rows.filter(from_partner=mine), "person"),
            "incoming": rows.filter(to_partner=mine).exclude(from_partner=F("to_partner")),
        }
        return [queryset for name, queryset in by_direction.items() if direction in (None, name)]

    @extend_schema(request=EndReportSent, responses={201: EndReportSerializer})
    def create(self, request: Request) -> Response:
        """Sends an end report on an own enrolment to who referred the person, by the person's consent to it."""
        fields = self.checked_body(EndReportSent)
        self.check_door(fields["enrolment"])
        report = end_reports.send_end_report(by=self.acting, **fields)
        headers = {"Location": request.build_absolute_uri(f"/api/v1/end-reports/{report.pk}")}
        return self.answer(report, 201, headers)
