"""Where people find no place, over the API."""

from __future__ import annotations

from metrics.figures.api import OfRun, Results
from metrics.gaps.models import GapResult
from partnership.api.serializers import Resource
from partnership.api.views import Number


class GapResultSerializer(Resource):
    class Meta:
        model = GapResult
        fields = ["id", "run", "district", "sent", "no_place", "waiting", "share", "share_lower", "share_upper"]


class GapResultQuery(OfRun):
    district = Number()


class GapResultView(Results):
    """Referrals of twelve months by the home district of those referred, and how many found no place."""

    operation, path = "gap_results", "gaps"
    of_release = True
    serializer_class = GapResultSerializer
    queries = {"list": GapResultQuery}
