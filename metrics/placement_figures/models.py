"""Whether people who were placed with an employer were still there after three and six months: protected counts, by who helps."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner


class PlacementResult(models.Model):
    """Of the placements of a partner, or (`partner` empty) of all, that began at least so many `months` ago. Counts are protected.

    `there`: somebody confirmed after that time that the person is there, or it ended later; `as_agreed`: ended before as agreed, or
    because the person was hired; `early`: ended before for another reason; `unknown`: nobody has asked. The share is that of `there` in all of them, empty on
    fewer than thirty.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="placement_results")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    months = models.PositiveSmallIntegerField()
    there = models.PositiveIntegerField()
    as_agreed = models.PositiveIntegerField()
    early = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    share = models.FloatField(null=True)
    share_lower = models.FloatField(null=True)
    share_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "months"], name="one_placement_result", nulls_distinct=False
            ),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"placements {self.partner_id}"
