"""How referrals between partners were answered: as they are for those whose work it is, protected for everybody else."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import Run, results_seen_by
from partnership.isolation.policies import COORDINATOR, PARTY
from partnership.members.models import Partner


class ReferralResult(models.Model):
    """How referrals went between two partners, to or from one, or in all: the last twelve months.

    `is_protected`: all together, of protected counts, which everybody sees; the other rows count every referral, and their
    partners and the coordinator see them. `counts`: outcome, stage, promise ("to_answer", "answered_in_time"), "late" or "declined:reason" → count. Times in days, medians.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="referral_results")
    from_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    to_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    is_protected = models.BooleanField()
    sent = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    acknowledged_days = models.FloatField(null=True)
    answered_days = models.FloatField(null=True)
    started_days = models.FloatField(null=True)
    on_time_rate = models.FloatField(null=True, help_text="Answered within the agreement's promise.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "from_partner", "to_partner", "is_protected"],
                name="one_referral_result",
                nulls_distinct=False,
            ),
            *results_seen_by(f"(is_protected or {PARTY} or {COORDINATOR})"),
        ]

    def __str__(self) -> str:
        return f"{self.from_partner_id} → {self.to_partner_id}"
