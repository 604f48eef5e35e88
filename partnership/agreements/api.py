"""Agreements over the API."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from partnership.agreements.models import Agreement
from partnership.api.serializers import Resource
from partnership.api.views import View
from partnership.members.models import Partner
from partnership.permissions import DIRECTORY


class AgreementSerializer(Resource):
    parties = serializers.SerializerMethodField(help_text="Numbers of partners.")
    is_in_force = serializers.BooleanField(read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id", "title", "parties", "purposes", "data_categories", "legal_basis", "valid_from", "valid_to", "ended_on",
            "open_cases_run", "is_in_force", "days_to_acknowledge", "days_to_accept",
        ]  # fmt: skip

    def get_parties(self, agreement: Agreement) -> list[int]:
        return [partner.pk for partner in agreement.parties.all()]


class AgreementView(View):
    """Agreements under which partners share data. Without one in force between two partners nothing is disclosed."""

    resource, operation = "directory", "agreements"
    sees = DIRECTORY
    tag = "agreements"
    serializer_class = AgreementSerializer
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Agreement]:
        return Agreement.objects.order_by().prefetch_related(Prefetch("parties", Partner.objects.only("id").order_by()))
