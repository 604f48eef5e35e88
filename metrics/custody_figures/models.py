"""How soon somebody was in contact after a release from custody: protected counts of releases, by who helps."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner


class ReleaseResult(models.Model):
    """Of the releases at a partner, or (`partner` empty) of all, that are at least fourteen days old. Counts of releases are protected.

    The first contact was within 24 hours (`in_a_day`), later within 72 (`in_three_days`), later within 14 days (`in_a_fortnight`), or not
    by then (`not_by_then`). Shares are of all of them, each with those that were sooner; empty on fewer than thirty.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="release_results")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    in_a_day = models.PositiveIntegerField()
    in_three_days = models.PositiveIntegerField()
    in_a_fortnight = models.PositiveIntegerField()
    not_by_then = models.PositiveIntegerField()
    day_rate = models.FloatField(null=True)
    day_lower = models.FloatField(null=True)
    day_upper = models.FloatField(null=True)
    three_days_rate = models.FloatField(null=True)
    three_days_lower = models.FloatField(null=True)
    three_days_upper = models.FloatField(null=True)
    fortnight_rate = models.FloatField(null=True)
    fortnight_lower = models.FloatField(null=True)
    fortnight_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "partner"], name="one_release_result", nulls_distinct=False),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"releases {self.partner_id}"

    @property
    def shares(self) -> list[tuple[float | None, float | None, float | None]]:
        """The three shares, each with its interval, the shortest time first."""
        return [
            (self.day_rate, self.day_lower, self.day_upper),
            (self.three_days_rate, self.three_days_lower, self.three_days_upper),
            (self.fortnight_rate, self.fortnight_lower, self.fortnight_upper),
        ]
