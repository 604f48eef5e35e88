"""How referrals were answered, over the API."""

from __future__ import annotations

from metrics.figures.api import OfRun, Results
from metrics.referral_figures.models import ReferralResult
from partnership.api.serializers import Resource
from partnership.api.views import Number


class ReferralResultSerializer(Resource):
    class Meta:
        model = ReferralResult
        fields = [
            "id", "run", "from_partner", "to_partner", "is_protected", "sent", "counts", "acknowledged_days", "answered_days",
            "started_days", "on_time_rate",
        ]  # fmt: skip


class ReferralResultQuery(OfRun):
    from_partner = Number()
    to_partner = Number()


class ReferralResultView(Results):
    """How referrals of the last twelve months went, per partner and pair."""

    operation, path = "referral_results", "referrals"
    serializer_class = ReferralResultSerializer
    queries = {"list": ReferralResultQuery}
