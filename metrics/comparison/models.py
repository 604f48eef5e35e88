"""A programme's participants against comparison groups. What is withheld is stored nowhere: `refusal` says why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.recidivism.models import Offences
from metrics.runs.models import OF_PARTNER, Run, results_seen_by
from partnership.members.models import Partner
from programs.catalogue.models import Programme


class ComparisonResult(models.Model):
    """A programme's participants against a named comparison group within a fixed window."""

    class Group(models.TextChoices):
        NOT_ENROLLED = "not_enrolled", _("Referred and eligible, but not enrolled")
        MATCHED = "matched", _("People arrested who never enrolled, weighted to be like the participants")
        BASELINE = "baseline", _("The programme's own first year")

    class Refusal(models.TextChoices):
        NONE = "", _("Estimated")
        FEW_PARTICIPANTS = "few_participants", _("Fewer than 60 participants with the whole window observed")
        FEW_COMPARISONS = "few_comparisons", _("Too few comparison people who are like the participants")
        NO_OVERLAP = "no_overlap", _("Participants and comparison people have too little in common")
        UNBALANCED = (
            "unbalanced",
            _("After weighting the groups still differ: a standardised difference of 0.1 or more"),
        )
        NO_ESTIMATE = "no_estimate", _("The regression gives no estimate: a trait separates the groups")
        SMALL_COUNT = "small_count", _("A count would be small enough to recognise somebody")

    run = models.ForeignKey(Run, models.CASCADE, related_name="comparisons")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    group = models.CharField(max_length=15, choices=Group)
    offences = models.CharField(max_length=10, choices=Offences)
    window_months = models.PositiveSmallIntegerField()
    refusal = models.CharField(max_length=20, choices=Refusal, blank=True)
    participants = models.PositiveIntegerField(null=True, help_text="Rounded to fives.")
    comparisons = models.PositiveIntegerField(null=True, help_text="Rounded to fives.")
    effective = models.FloatField(null=True, help_text="Comparison people, counted by how much their weights tell.")
    rate = models.FloatField(null=True)
    comparison_rate = models.FloatField(null=True)
    difference = models.FloatField(null=True)
    difference_lower = models.FloatField(null=True)
    difference_upper = models.FloatField(null=True)
    reduction = models.FloatField(null=True)
    reduction_lower = models.FloatField(null=True)
    reduction_upper = models.FloatField(null=True)
    hazard_ratio = models.FloatField(null=True)
    hazard_lower = models.FloatField(null=True)
    hazard_upper = models.FloatField(null=True)
    proportional_p = models.FloatField(null=True)
    log_rank_p = models.FloatField(null=True)
    balance = models.JSONField(default=list, help_text="[[covariate, participants, comparison, before, after], …]")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "programme", "group", "offences", "window_months"], name="one_comparison_result"
            ),
            models.CheckConstraint(condition=Q(refusal="") | Q(rate=None, reduction=None), name="refused_is_nowhere"),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.group} {self.window_months}"

    @property
    def hazard_varies(self) -> bool:
        """The hazard ratio changes over time (p below 0.05 in the check of proportional hazards): read it as an average."""
        return self.proportional_p is not None and self.proportional_p < 0.05
