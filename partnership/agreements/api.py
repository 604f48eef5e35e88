"""Agreements over the API."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partnership.agreements.models import Agreement, AgreementVersion, DataFlow
from partnership.api.serializers import Resource, Strict
from partnership.api.views import View, WithoutMarks
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
    version = serializers.IntegerField(
        source="version_today",
        read_only=True,
        allow_null=True,
        help_text="Number of the version that counts today, if any.",
    )
    flows = serializers.SerializerMethodField(help_text="What that version lets leave; nothing else does.")

    class Meta:
        model = Agreement
        fields = [
            "id", "title", "parties", "version", "flows", "legal_basis", "valid_from", "valid_to", "ended_on",
            "open_cases_run", "is_in_force", "days_to_acknowledge", "days_to_accept",
        ]  # fmt: skip

    def get_parties(self, agreement: Agreement) -> list[int]:
        return [partner.pk for partner in agreement.parties.all()]

    @extend_schema_field(NamedFlow(many=True))
    def get_flows(self, agreement: Agreement) -> list[dict[str, str]]:
        flows: list[dict[str, str]] = agreement.flows_today  # type: ignore[attr-defined] # annotated
        return flows


class AgreementView(View):
    """Agreements under which partners share data. Without one in force between two partners nothing is disclosed."""

    resource, operation = "directory", "agreements"
    sees = DIRECTORY
    tag = "agreements"
    serializer_class = AgreementSerializer
    without_marks = WithoutMarks.SHORT
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Agreement]:
        versions = AgreementVersion.objects.counting().filter(agreement=OuterRef("pk"))
        flows = DataFlow.objects.filter(
            version__in=AgreementVersion.objects.counting(), version__agreement=OuterRef("pk")
        )
        named = JSONObject(**{name: name for name in ("from_kind", "to_kind", "purpose", "category")})
        return (
            Agreement.objects.order_by()
            .annotate(
                version_today=Subquery(versions.values("number")[:1]),
                flows_today=ArraySubquery(flows.order_by("id").values_list(named, flat=True)),
            )
            .prefetch_related(Prefetch("parties", Partner.objects.only("id").order_by()))
        )
