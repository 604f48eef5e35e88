"""The quality of police feeds over the API."""

from __future__ import annotations

from metrics.figures.api import OfRun, Results
from metrics.quality.models import FeedQuality
from partnership.api.serializers import Resource


class FeedQualitySerializer(Resource):
    class Meta:
        model = FeedQuality
        fields = [
            "id", "run", "partner", "district", "complete_through", "days_late", "missing_months", "sudden_drops",
            "uncoded_share", "rows_refused", "problems",
        ]  # fmt: skip


class FeedQualityView(Results):
    """How good the police feeds are that the figures rest on."""

    operation, path = "feed_quality", "feed-quality"
    serializer_class = FeedQualitySerializer
    queries = {"list": OfRun}
