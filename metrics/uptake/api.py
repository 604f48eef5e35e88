"""Who is diverted and who is left out, over the API."""

from __future__ import annotations

from rest_framework import serializers

from metrics.figures.api import OfRun, Results
from metrics.uptake.models import UptakeResult
from partnership.api.serializers import Resource
from partnership.api.views import Number
from partnership.members.api import PartnerBrief


class UptakeResultSerializer(Resource):
    expandable = {"partner": ("partner", PartnerBrief, "partner")}

    class Meta:
        model = UptakeResult
        fields = [
            "id", "run", "partner", "by", "group", "eligible", "offered", "agreed", "visited", "completed", "settled",
            "share", "share_lower", "share_upper",
        ]  # fmt: skip


class UptakeResultQuery(OfRun):
    partner = Number()
    by = serializers.ChoiceField(choices=UptakeResult.By.choices, required=False)


class UptakeResultView(Results):
    """How far eligible cases came, per police unit and in all, and by month, district, sex and age."""

    operation, path = "uptake_results", "uptake"
    of_release = True
    serializer_class = UptakeResultSerializer
    queries = {"list": UptakeResultQuery}
