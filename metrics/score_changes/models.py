"""How scores of participants changed from the first to the latest assessment: protected counts, by programme and instrument."""

from __future__ import annotations

from django.db import models

from cases.assessments.models import CHOICES
from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner
from programs.catalogue.models import Programme


class ScoreChange(models.Model):
    """Of the participants of a programme, or (`programme` and `partner` empty) of all programmes that use the instrument.

    Counts are protected. `better` and `worse`: by at least a twentieth of the instrument's range. `change`: the mean, in points,
    above zero for the better; with `better_rate` empty on fewer than thirty people assessed twice.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="score_changes")
    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    instrument = models.CharField(max_length=10, choices=CHOICES)
    better = models.PositiveIntegerField()
    same = models.PositiveIntegerField()
    worse = models.PositiveIntegerField()
    assessed_once = models.PositiveIntegerField()
    not_assessed = models.PositiveIntegerField()
    better_rate = models.FloatField(null=True)
    better_lower = models.FloatField(null=True)
    better_upper = models.FloatField(null=True)
    change = models.FloatField(null=True)
    change_lower = models.FloatField(null=True)
    change_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "instrument"], name="one_score_change", nulls_distinct=False
            ),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.instrument}"

    @property
    def assessed_twice(self) -> int:
        """On how many people the change rests."""
        return self.not_worse + self.worse

    @property
    def not_worse(self) -> int:
        """Those who got better or stayed the same."""
        return self.better + self.same

    @property
    def participants(self) -> int:
        """All whom it could be about."""
        return self.assessed_twice + self.assessed_once + self.not_assessed
