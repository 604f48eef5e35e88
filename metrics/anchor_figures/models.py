"""How soon anchor teams met about a young person, and whether first visits were kept: protected counts, by who leads the case."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner


class AnchorResult(models.Model):
    """Of the cases that a partner leads, or (`partner` empty) of all. Counts of cases are protected.

    `met_soon`: within 14 days of the first concern; `met_later`: within 28; `not_met`: later or not at all, of cases that are as old.
    `kept`: guided, and at least one first visit was kept. Shares are empty on fewer than thirty.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="anchor_results")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    met_soon = models.PositiveIntegerField()
    met_later = models.PositiveIntegerField()
    not_met = models.PositiveIntegerField()
    soon_rate = models.FloatField(null=True)
    soon_lower = models.FloatField(null=True)
    soon_upper = models.FloatField(null=True)
    kept = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    kept_rate = models.FloatField(null=True)
    kept_lower = models.FloatField(null=True)
    kept_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "partner"], name="one_anchor_result", nulls_distinct=False),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"anchor {self.partner_id}"
