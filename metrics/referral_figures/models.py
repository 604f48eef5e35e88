"""How referrals between partners were answered. What is withheld is stored nowhere: a withheld count is NULL."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from metrics.runs.models import Run, results_seen_by
from partnership.isolation.policies import COORDINATOR, PARTY
from partnership.members.models import Partner


class ReferralResult(models.Model):
    """How referrals went between two partners, or to or from one: the last twelve months. NULL counts are withheld.

    `counts`: state, reason or "late" → count. Times in days, medians and upper quartiles, of at least ten referrals.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="referral_results")
    from_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    to_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    sent = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    acknowledged_days = models.FloatField(null=True)
    answered_days = models.FloatField(null=True)
    started_days = models.FloatField(null=True)
    on_time_rate = models.FloatField(null=True, help_text="Answered within the agreement's promise.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "from_partner", "to_partner"], name="one_referral_result", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(sent__in=[1, 2, 3, 4]), name="no_small_sent_count_stored"),
            *results_seen_by(f"((from_partner_id is null and to_partner_id is null) or {PARTY} or {COORDINATOR})"),
        ]

    def __str__(self) -> str:
        return f"{self.from_partner_id} → {self.to_partner_id}"
