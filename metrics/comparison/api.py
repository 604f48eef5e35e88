"""Participants against comparison groups, over the API."""

from __future__ import annotations

from rest_framework import serializers

from metrics.comparison.models import ComparisonResult
from metrics.figures.api import POPULATION_PARTS, OfRun, Results
from partnership.api.serializers import Resource
from partnership.api.views import Number


class ComparisonSerializer(Resource):
    expandable = POPULATION_PARTS
    verdict = serializers.ChoiceField(
        choices=ComparisonResult.Verdict.choices, read_only=True, help_text="What the estimate says, as on the pages."
    )

    class Meta:
        model = ComparisonResult
        fields = [
            "id", "run", "partner", "programme", "group", "offences", "window_months", "verdict", "refusal", "participants",
            "comparisons", "effective", "rate", "comparison_rate", "difference", "difference_lower", "difference_upper",
            "reduction", "reduction_lower", "reduction_upper", "smallest_difference", "e_value", "e_value_limit", "hazard_ratio", "hazard_lower", "hazard_upper",
            "proportional_p", "log_rank_p", "balance", "complete_through", "poor_feeds",
        ]  # fmt: skip


class ComparisonQuery(OfRun):
    programme = Number()
    partner = Number()
    group = serializers.ChoiceField(choices=ComparisonResult.Group.choices, required=False)


class ComparisonView(Results):
    """Participants against a named comparison group, or why there is no estimate."""

    operation, path = "comparisons", "comparisons"
    of_release = True
    serializer_class = ComparisonSerializer
    queries = {"list": ComparisonQuery}
