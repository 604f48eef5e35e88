"""Agreements over the API."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partnership.agreements.models import Agreement, AgreementVersion, DataFlow
from partnership.api.serializers import Resource, Strict
from partnership.api.views import View
from partnership.members.models import Partner
from partnership.permissions import DIRECTORY


class NamedFlow(Strict):
    from_kind = serializers.ChoiceField(choices=Partner.Kind.choices, allow_blank=True, help_text="Empty: any party.")
    to_kind = serializers.ChoiceField(choices=Partner.Kind.choices, allow_blank=True, help_text="Empty: any party.")
    purpose = serializers.ChoiceField(choices=DataFlow.Purpose.choices, help_text="What for.")
    category = serializers.ChoiceField(choices=DataFlow.Category.choices, help_text="Which kind of data.")


class AgreementSerializer(Resource):
    parties = serializers.SerializerMethodField(help_text="Numbers of partners.")
    is_in_force = serializers.BooleanField(read_only=True)
    version = serializers.SerializerMethodField(help_text="Number of the version that counts today, if any.")
    flows = serializers.SerializerMethodField(help_text="What that version lets leave; nothing else does.")

    class Meta:
        model = Agreement
        fields = [
            "id", "title", "parties", "version", "flows", "legal_basis", "valid_from", "valid_to", "ended_on",
            "open_cases_run", "is_in_force", "days_to_acknowledge", "days_to_accept",
        ]  # fmt: skip

    def get_parties(self, agreement: Agreement) -> list[int]:
        return [partner.pk for partner in agreement.parties.all()]

    def get_version(self, agreement: Agreement) -> int | None:
        version = self._version(agreement)
        return version.number if version else None

    @extend_schema_field(NamedFlow(many=True))
    def get_flows(self, agreement: Agreement) -> list[dict[str, str]]:
        version = self._version(agreement)
        return [
            {name: getattr(flow, name) for name in ("from_kind", "to_kind", "purpose", "category")}
            for flow in (version.flows.all() if version else [])
        ]

    @staticmethod
    def _version(agreement: Agreement) -> AgreementVersion | None:
        return next((version for version in agreement.versions.all() if version.counts_today), None)


class AgreementView(View):
    """Agreements under which partners share data. Without one in force between two partners nothing is disclosed."""

    resource, operation = "directory", "agreements"
    sees = DIRECTORY
    tag = "agreements"
    serializer_class = AgreementSerializer
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Agreement]:
        return Agreement.objects.order_by().prefetch_related(
            Prefetch("parties", Partner.objects.only("id").order_by()),
            Prefetch("versions", AgreementVersion.objects.filter(state=AgreementVersion.State.IN_FORCE)),
            "versions__flows",
        )
