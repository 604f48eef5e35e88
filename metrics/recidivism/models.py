"""Results about programmes, saved cohorts and the whole partnership: fixed windows, survival, care.

Counts are protected (metrics.protection.counts): true ones are stored nowhere. What is not shown is NULL, and `withheld` says why.
`partner` empty: partnership-wide.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.cohorts.models import Cohort
from metrics.runs.models import OF_PARTNER, RestsOnFeeds, Run, Withheld, results_seen_by
from partnership.members.models import Partner
from programs.catalogue.models import Programme


class Offences(models.TextChoices):
    """Which re-arrests a figure counts."""

    ANY = "any", _("Any offence")
    DRUG = "drug", _("Drug offence")


class PopulationResult(RestsOnFeeds):
    """A result about a programme's participants, a saved cohort, or (neither) all programmes of a partner or of the partnership."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="%(class)ss")
    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, related_name="+")

    class Meta:
        abstract = True


class RecidivismResult(PopulationResult):
    """Rearrested within a fixed window of the index date, among those whose whole window is observed.

    `eligible`: the people of both protected tails. `rate` is NULL on fewer than thirty. `programmes`: of how many programmes a
    total is the sum.
    """

    Offences = Offences
    Withheld = Withheld
    offences = models.CharField(max_length=10, choices=Offences)
    window_months = models.PositiveSmallIntegerField()
    eligible = models.PositiveIntegerField()
    rearrested = models.PositiveIntegerField()
    rate = models.FloatField(null=True)
    rate_lower = models.FloatField(null=True)
    rate_upper = models.FloatField(null=True)
    rate_sure = models.FloatField(
        null=True,
        help_text="By sure links alone, of the same people as the next two: with those whom unsure links leave out.",
    )
    rate_expected = models.FloatField(null=True, help_text="Each unsure link counts with its probability.")
    rate_all = models.FloatField(null=True, help_text="Every unsure link is right.")
    programmes = models.PositiveSmallIntegerField(default=1)
    withheld = models.CharField(max_length=20, choices=Withheld, blank=True)
    doubts = models.JSONField(
        default=list,
        help_text="[[kind, quarter, months or release], …]: what speaks against the figures. selected: by the outcome, from that"
        " quarter of entry on; windows: the rate within so many months is below that of a shorter time; gone: people whom that"
        " earlier release followed.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "cohort", "offences", "window_months"],
                name="one_recidivism_result",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(rearrested__in=[1, 2, 3, 4]), name="no_small_rearrested_count_stored"),
            models.CheckConstraint(condition=~Q(eligible__in=[1, 2, 3, 4]), name="no_small_eligible_count_stored"),
            models.CheckConstraint(condition=Q(withheld="") | Q(rate=None), name="withheld_is_nowhere"),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.offences} {self.window_months}"

    @property
    def link_rates(self) -> list[float | None]:
        """By sure links, expected, and with all unsure links: as fine as it is known."""
        rates = (self.rate_sure, self.rate_expected, self.rate_all)
        return [None if rate is None else round(rate, 2) for rate in rates]


class SurvivalResult(PopulationResult):
    """Share not rearrested over time: through the protected windows, joined, never rising.

    `points`: [[months, share not rearrested, lower, upper, people followed], …], the first at 0 months.
    """

    offences = models.CharField(max_length=10, choices=Offences)
    points = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "cohort", "offences"],
                name="one_survival_result",
                nulls_distinct=False,
            ),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.offences}"


class CareResult(PopulationResult):
    """Frequency of re-arrest, completion, retention, time from referral to service, of protected counts.

    `arrests_each`: re-arrests of each who was rearrested, over the whole follow-up.
    """

    participants = models.PositiveIntegerField(null=True)
    person_years = models.PositiveIntegerField(null=True)
    arrests_each = models.FloatField(null=True)
    any_per_person_year = models.FloatField(null=True)
    drug_per_person_year = models.FloatField(null=True)
    ended = models.PositiveIntegerField(null=True)
    completed_rate = models.FloatField(null=True)
    completed_lower = models.FloatField(null=True)
    completed_upper = models.FloatField(null=True)
    retained_90_rate = models.FloatField(null=True)
    days_to_service_median = models.FloatField(null=True)
    days_to_service_upper_quartile = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "cohort"], name="one_care_result", nulls_distinct=False
            ),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return str(self.programme_id)
