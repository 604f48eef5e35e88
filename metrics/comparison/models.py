"""A programme's participants against comparison groups. What is withheld is stored nowhere: `refusal` says why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.recidivism.models import Offences
from metrics.runs.models import OF_PARTNER, RestsOnFeeds, Run, results_seen_by
from partnership.members.models import Partner
from programs.catalogue.models import Programme

ESTIMATES = (
    "effective", "rate", "comparison_rate", "difference", "difference_lower", "difference_upper", "reduction",
    "reduction_lower", "reduction_upper", "smallest_difference", "e_value", "e_value_limit", "hazard_ratio", "hazard_lower",
    "hazard_upper", "proportional_p", "log_rank_p",
)  # fmt: skip
"""What a refused comparison does not have."""


class ComparisonResult(RestsOnFeeds):
    """A programme's participants against a named comparison group within a fixed window."""

    class Group(models.TextChoices):
        NOT_ENROLLED = "not_enrolled", _("People referred, not enrolled yet")
        MATCHED = "matched", _("Similar people arrested, not enrolled yet")
        BASELINE = "baseline", _("The programme’s own first year")

    class Refusal(models.TextChoices):
        NONE = "", _("Estimated")
        FEW_PARTICIPANTS = "few_participants", _("Fewer than 60 participants have been followed for this long")
        FEW_COMPARISONS = "few_comparisons", _("Too few people to compare with")
        NO_OVERLAP = "no_overlap", _("Hardly anybody to compare with is like the participants")
        UNBALANCED = (
            "unbalanced",
            _("Participants and the people to compare with differ too much in what the police have on record"),
        )
        NO_ESTIMATE = (
            "no_estimate",
            _("Nearly all participants have something on record that hardly anybody else has, such as a district"),
        )

    class Verdict(models.TextChoices):
        """What an estimate says, in the same words wherever it stands."""

        LOWER = "lower", _("Lower")
        HIGHER = "higher", _("Higher")
        CHANCE = "chance", _("Could be chance")
        TOO_FEW = "too_few", _("Too few people")
        NOT_COMPARABLE = "not_comparable", _("Cannot be compared")

        @classmethod
        def of(cls, lower: float, upper: float) -> ComparisonResult.Verdict:
            """Of a difference whose 95 % interval, as it is shown, has these bounds: on one side of no difference, or on both."""
            if upper < 0:
                return cls.LOWER
            return cls.HIGHER if lower > 0 else cls.CHANCE

    run = models.ForeignKey(Run, models.CASCADE, related_name="comparisons")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    group = models.CharField(max_length=15, choices=Group)
    offences = models.CharField(max_length=10, choices=Offences)
    window_months = models.PositiveSmallIntegerField()
    refusal = models.CharField(max_length=20, choices=Refusal, blank=True)
    participants = models.PositiveIntegerField(null=True, help_text="Rounded to fives.")
    comparisons = models.PositiveIntegerField(null=True, help_text="Rounded to fives.")
    effective = models.FloatField(
        null=True, help_text="As many comparison people as would tell their rate as well. Rounded to fives."
    )
    rate = models.FloatField(null=True)
    comparison_rate = models.FloatField(null=True)
    difference = models.FloatField(null=True)
    difference_lower = models.FloatField(null=True)
    difference_upper = models.FloatField(null=True)
    reduction = models.FloatField(null=True)
    reduction_lower = models.FloatField(null=True)
    reduction_upper = models.FloatField(null=True)
    smallest_difference = models.FloatField(
        null=True, help_text="The smallest difference that so many people show in 80 of 100 cases."
    )
    e_value = models.FloatField(
        null=True,
        help_text="How many times as likely something unrecorded must make both sides of the estimate to explain it.",
    )
    e_value_limit = models.FloatField(
        null=True, help_text="The same, to explain it so far that it could be chance; 1 where it could be already."
    )
    hazard_ratio = models.FloatField(null=True)
    hazard_lower = models.FloatField(null=True)
    hazard_upper = models.FloatField(null=True)
    proportional_p = models.FloatField(null=True)
    log_rank_p = models.FloatField(null=True)
    balance = models.JSONField(default=list, help_text="[[covariate, standardised difference before, after], …]")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "programme", "group", "offences", "window_months"], name="one_comparison_result"
            ),
            models.CheckConstraint(condition=Q(refusal="") | Q(**dict.fromkeys(ESTIMATES)), name="refused_is_nowhere"),
            *results_seen_by(OF_PARTNER, of_release=True),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.group} {self.window_months}"

    @property
    def verdict(self) -> Verdict:
        """What the estimate says, or why there is none."""
        if self.refusal in (self.Refusal.UNBALANCED, self.Refusal.NO_OVERLAP, self.Refusal.NO_ESTIMATE):
            return self.Verdict.NOT_COMPARABLE
        if self.difference_lower is None or self.difference_upper is None:
            return self.Verdict.TOO_FEW
        return self.Verdict.of(self.difference_lower, self.difference_upper)

    @property
    def hazard_varies(self) -> bool:
        """The hazard ratio changes over time (p below 0.05 in the check of proportional hazards): read it as an average."""
        return self.proportional_p is not None and self.proportional_p < 0.05
