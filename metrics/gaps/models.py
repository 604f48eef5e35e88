"""Where people are referred and find no place: protected counts of referrals by the home district of those referred."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import Run, results_seen_by
from partnership.isolation.policies import EVERY_ROW
from partnership.members.models import District


class GapResult(models.Model):
    """Of the referrals of twelve months about people who live in a district. Counts are protected.

    `no_place`: declined for want of a place; `waiting`: on a waiting list. The share is of both together, and empty on fewer than
    thirty referrals, of which their number alone is shown.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="gap_results")
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    sent = models.PositiveIntegerField()
    no_place = models.PositiveIntegerField(null=True)
    waiting = models.PositiveIntegerField(null=True)
    share = models.FloatField(null=True)
    share_lower = models.FloatField(null=True)
    share_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "district"], name="one_gap_result"),
            *results_seen_by(EVERY_ROW, of_release=True),
        ]

    def __str__(self) -> str:
        return f"gap {self.district_id}"
