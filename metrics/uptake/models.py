"""Who is diverted and who is left out: protected counts of eligible cases by how far they came, by unit, month, district, sex and age."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner


class UptakeResult(models.Model):
    """Of the eligible cases of a police unit, or (`partner` empty) of all units: all of them, or one group.

    Counts are protected; none has more than the stage before. Of fewer than thirty cases their number alone is shown. `visited` and
    `completed` are of all units together: to a unit they would tell of single people what these did not consent to be told.
    """

    class By(models.TextChoices):
        ALL = "all", _("All cases")
        MONTH = "month", _("Month of the arrest")
        DISTRICT = "district", _("District")
        SEX = "sex", _("Sex")
        AGE = "age", _("Age at the offence")

    run = models.ForeignKey(Run, models.CASCADE, related_name="uptake_results")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    by = models.CharField(max_length=10, choices=By)
    group = models.CharField(
        max_length=10,
        blank=True,
        help_text="The month (2026-03), the district's number, the code of the sex or age band; empty: all.",
    )
    eligible = models.PositiveIntegerField()
    offered = models.PositiveIntegerField(null=True)
    agreed = models.PositiveIntegerField(null=True)
    visited = models.PositiveIntegerField(null=True)
    completed = models.PositiveIntegerField(null=True)
    settled = models.PositiveIntegerField(null=True, help_text="Ended without a charge, of those agreed.")
    share = models.FloatField(null=True, help_text="Agreed, of those eligible.")
    share_lower = models.FloatField(null=True)
    share_upper = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "by", "group"], name="one_uptake_result", nulls_distinct=False
            ),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"uptake {self.partner_id} {self.by} {self.group}"
