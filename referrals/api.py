"""Own referrals over the API: status, times and parties; the identity that a referral carries is read on its page."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from partnership.models import REFERRING_ROLES, Role
from referrals.filters import ReferralFilter
from referrals.models import Referral
from referrals.transitions import FHIR_TASK_STATUS, State


class ReferralSerializer(serializers.ModelSerializer[Referral]):
    from_partner_name = serializers.CharField(source="from_partner.name")
    to_partner_name = serializers.CharField(source="to_partner.name")
    programme_name = serializers.CharField(source="programme.name")
    fhir_task_status = serializers.SerializerMethodField(help_text="HL7 FHIR R4 Task.status")
    url = serializers.HyperlinkedIdentityField(view_name="referral")

    class Meta:
        model = Referral
        fields = [
            "id",
            "url",
            "kind",
            "state",
            "fhir_task_status",
            "from_partner",
            "from_partner_name",
            "to_partner",
            "to_partner_name",
            "programme",
            "programme_name",
            "is_urgent",
            "reason_code",
            "expected_on",
            "sent_at",
            "acknowledged_at",
            "answered_at",
            "enrolled_at",
            "closed_at",
            "due_acknowledge_at",
            "due_accept_at",
            "changed_at",
            "version",
        ]

    def get_fhir_task_status(self, referral: Referral) -> str:
        return FHIR_TASK_STATUS[State(referral.state)]


class ApiReferralFilter(ReferralFilter):
    direction = filters.ChoiceFilter(
        choices=[("incoming", "incoming"), ("outgoing", "outgoing")], method="by_direction"
    )

    def by_direction(self, queryset: Any, name: str, value: str) -> Any:
        return getattr(queryset, value)(self.request._request.acting.partner)


class ReferralViewSet(ReadOnlyModelViewSet[Referral]):
    """Referrals that the caller's partner sent or received; for a coordinator all that were sent."""

    queryset = Referral.objects.none()
    serializer_class = ReferralSerializer
    filterset_class = ApiReferralFilter
    key_order = ["-changed_at", "-id"]

    def get_queryset(self) -> QuerySet[Referral]:
        acting = getattr(self.request._request, "acting", None)
        if acting is None or acting.role not in (*REFERRING_ROLES, Role.COORDINATOR):
            return Referral.objects.none()
        return Referral.objects.seen_by(acting).select_related("from_partner", "to_partner", "programme")
