"""Arrest trends and their changes, over the API."""

from __future__ import annotations

from rest_framework import serializers

from metrics.figures.api import OfRun, Results
from metrics.trends.models import ArrestTrendResult, TrendChange
from metrics.trends.words import finding
from partnership.api.serializers import Resource
from partnership.api.views import Number
from partnership.members.api import DistrictSerializer


class TrendSerializer(Resource):
    expandable = {"district": ("district", DistrictSerializer, "district")}

    arrests = serializers.SerializerMethodField(help_text="Empty below 5 and above 0.")
    rate_per_100k = serializers.SerializerMethodField(help_text="Empty with the number of arrests.")

    class Meta:
        model = ArrestTrendResult
        fields = [
            "id", "run", "district", "month", "group", "arrests", "is_under_five", "rate_per_100k", "adjusted",
            "source", "is_one_of_several",
        ]  # fmt: skip

    def get_arrests(self, result: ArrestTrendResult) -> int | None:
        return None if result.is_under_five else result.arrests

    def get_rate_per_100k(self, result: ArrestTrendResult) -> float | None:
        return None if result.is_under_five else result.rate_per_100k


class TrendQuery(OfRun):
    district = Number()
    group = serializers.ChoiceField(choices=ArrestTrendResult.Group.choices, required=False)
    month_from = serializers.DateField(required=False, source="month__gte")
    month_to = serializers.DateField(required=False, source="month__lte")


class TrendView(Results):
    """Arrests and overdoses a month, per district and group of offence."""

    operation, path = "trends", "trends"
    serializer_class = TrendSerializer
    queries = {"list": TrendQuery}


class TrendChangeSerializer(Resource):
    expandable = {"district": ("district", DistrictSerializer, "district")}
    words = serializers.SerializerMethodField(
        help_text="What the change shows, or that it shows none, in the language asked for."
    )

    def get_words(self, change: TrendChange) -> str:
        """As on the page."""
        return finding(change)

    class Meta:
        model = TrendChange
        fields = [
            "id", "run", "kind", "district", "intervention", "group", "change", "lower", "upper", "p", "verdict", "months",
            "least_visible", "words", "placebos", "refusal",
        ]  # fmt: skip


class TrendChangeQuery(OfRun):
    district = Number()
    kind = serializers.ChoiceField(choices=TrendChange.Kind.choices, required=False)


class TrendChangeView(Results):
    """Changes in trends: five years apart, and at interventions."""

    operation, path = "trend_changes", "trend-changes"
    serializer_class = TrendChangeSerializer
    queries = {"list": TrendChangeQuery}
