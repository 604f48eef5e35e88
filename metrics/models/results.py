"""Runs and the results that they publish. A result is never changed: a later run supersedes it.

What is withheld is stored nowhere: a withheld count is NULL, and `withheld` says why. `partner` empty: partnership-wide.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics.models.cohorts import Cohort, Intervention
from partnership.models import District, Partner, User
from programs.models import Programme


class Run(models.Model):
    """One computation of all figures, with everything that it depends on. Pages show the newest finished one."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Being computed")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        SUPERSEDED = "superseded", _("Stopped: newer data arrived")

    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    definition = models.CharField(max_length=20)
    parameters = models.JSONField(
        default=dict, help_text="as_of: no feed counts beyond that day. cohorts: the selection of each."
    )
    again = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", help_text="The run that this one repeats."
    )
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=30, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    data_cut_off = models.DateField(null=True)
    people_touched = models.PositiveIntegerField(default=0)
    enrolments_in = models.PositiveIntegerField(default=0)
    arrests_in = models.PositiveIntegerField(default=0)
    results_out = models.PositiveIntegerField(default=0)
    poor_feeds = models.JSONField(
        default=list, help_text="[[district's id, name], …]: figures that rest on these feeds say so."
    )
    error = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Requests pile up into one: a second arrival before the run starts asks for nothing new.
            models.UniqueConstraint(fields=["state"], condition=Q(state="requested"), name="one_requested_run"),
            models.CheckConstraint(condition=Q(published_at=None) | Q(state="done"), name="only_done_runs_published"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class Offences(models.TextChoices):
    ANY = "any", _("Any offence")
    DRUG = "drug", _("Drug offence")


class Withheld(models.TextChoices):
    NOTHING = "", _("Published")
    SMALL_COUNT = "small_count", _("Withheld: a count of 1 to 4")
    FEW_PEOPLE = "few_people", _("Withheld: fewer than 10 people observed")
    SECONDARY = "secondary", _("Withheld: a small count would follow from it")
    NOBODY = "nobody", _("Nobody has been observed for this long yet")


class PopulationResult(models.Model):
    """A result about a programme's participants, a saved cohort, or (neither) the programmes shown of a partner or of all."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="%(class)ss")
    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, related_name="+")

    class Meta:
        abstract = True


class RecidivismResult(PopulationResult):
    """Rearrested within a fixed window of the index date, among those whose whole window is observed.

    `mean_rearrests`: arrests in the window of those who were rearrested in it, each. `programmes`: of how many programmes a
    total is the sum; those whose figure is withheld are not in it.
    """

    Offences = Offences
    Withheld = Withheld
    offences = models.CharField(max_length=10, choices=Offences)
    window_months = models.PositiveSmallIntegerField()
    eligible = models.PositiveIntegerField(null=True)
    rearrested = models.PositiveIntegerField(null=True)
    rate = models.FloatField(null=True)
    rate_lower = models.FloatField(null=True)
    rate_upper = models.FloatField(null=True)
    mean_rearrests = models.FloatField(null=True)
    programmes = models.PositiveSmallIntegerField(default=1)
    withheld = models.CharField(max_length=20, choices=Withheld, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "cohort", "offences", "window_months"],
                name="one_recidivism_result",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(rearrested__in=[1, 2, 3, 4]), name="no_small_rearrested_count_stored"),
            models.CheckConstraint(condition=~Q(eligible__in=[1, 2, 3, 4]), name="no_small_eligible_count_stored"),
            models.CheckConstraint(
                condition=Q(withheld="") | Q(rearrested=None, rate=None), name="withheld_is_nowhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.offences} {self.window_months}"


class SurvivalResult(PopulationResult):
    """A Kaplan–Meier curve, month by month: share not rearrested, rounded so that it says no more than counts in fives;
    numbers at risk, events and censored rounded to fives.

    `points`: [[month, survival, lower, upper, at risk, events so far, censored so far], …].
    """

    offences = models.CharField(max_length=10, choices=Offences)
    participants = models.PositiveIntegerField()
    points = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "cohort", "offences"],
                name="one_survival_result",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.offences}"


class CareResult(PopulationResult):
    """Frequency of re-arrest, completion, retention, time from referral to service. Counts rounded to fives."""

    participants = models.PositiveIntegerField(null=True)
    person_years = models.FloatField(null=True)
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
            )
        ]

    def __str__(self) -> str:
        return str(self.programme_id)


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
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.group} {self.window_months}"


class ArrestTrendResult(models.Model):
    """Arrests, or overdoses, in a district in a month. A withheld count is NULL."""

    class Group(models.TextChoices):
        PERSONAL = "personal", _("Drugs for personal use")
        SUPPLY = "supply", _("Other drug offences")
        OTHER = "other", _("Other offences")
        ALL = "all", _("All arrests")
        DRUG = "drug", _("All drug offences")
        JUVENILE_DRUG = "juvenile_drug", _("Drug offences of under-18s")
        OVERDOSES = "overdoses", _("Overdoses")
        FATAL_OVERDOSES = "fatal_overdoses", _("Fatal overdoses")

    run = models.ForeignKey(Run, models.CASCADE, related_name="trends")
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    month = models.DateField()
    group = models.CharField(max_length=15, choices=Group)
    arrests = models.PositiveIntegerField(null=True)
    rate_per_100k = models.FloatField(null=True)
    adjusted = models.FloatField(null=True, help_text="Per 100,000, without its season; from the whole series.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "district", "group", "month"], name="one_trend_result"),
            models.CheckConstraint(condition=~Q(arrests__in=[1, 2, 3, 4]), name="no_small_arrest_count_stored"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.month} {self.group}"


class TrendChange(models.Model):
    """A change in a series: five years apart in a district, or at an intervention."""

    class Kind(models.TextChoices):
        FIVE_YEARS = "five_years", _("Last twelve months against those five years earlier")
        LEVEL = "level", _("Change at the start (interrupted time series)")
        SLOPE = "slope", _("Change of the yearly trend since the start (interrupted time series)")
        DIFFERENCE = "difference", _("Against comparison districts (difference in differences)")
        DRIFT = "drift", _("Yearly drift against comparison districts before the start: parallel when near none")

    run = models.ForeignKey(Run, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=12, choices=Kind)
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    intervention = models.ForeignKey(Intervention, models.CASCADE, null=True, related_name="+")
    group = models.CharField(max_length=15)
    change = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    p = models.FloatField(null=True)
    refusal = models.CharField(max_length=60, blank=True)
    family = models.CharField(max_length=20, blank=True)
    lines = models.JSONField(
        default=list, help_text="[[month, rate, fitted, expected, comparison rate], …] per 100,000"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "district", "intervention", "group"],
                name="one_trend_change",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.group}"


class ReferralResult(models.Model):
    """How referrals went between two partners, or to or from one: the last twelve months. NULL counts are withheld.

    `counts`: state, reason or "late" → count. Times in days, medians and upper quartiles, of at least ten referrals.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="referral_results")
    from_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    to_partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    sent = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    acknowledged_days = models.FloatField(null=True)
    answered_days = models.FloatField(null=True)
    started_days = models.FloatField(null=True)
    on_time_rate = models.FloatField(null=True, help_text="Answered within the agreement's promise.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "from_partner", "to_partner"], name="one_referral_result", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(sent__in=[1, 2, 3, 4]), name="no_small_sent_count_stored"),
        ]

    def __str__(self) -> str:
        return f"{self.from_partner_id} → {self.to_partner_id}"


class FeedQuality(models.Model):
    """How good a police unit's arrests of a district are, as figures that depend on them must say."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="feeds")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    complete_through = models.DateField()
    days_late = models.PositiveIntegerField()
    missing_months = models.JSONField(default=list)
    sudden_drops = models.JSONField(default=list)
    uncoded_share = models.FloatField(null=True)
    problems = models.JSONField(default=list, help_text="late, missing_months, sudden_drops, uncoded")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "partner", "district"], name="one_feed_quality")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.district_id}"


class LinkQuality(models.Model):
    """How a partner's people were linked across partners. No person: counts, small ones withheld."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="links")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    by_code = models.PositiveIntegerField(null=True)
    by_name = models.PositiveIntegerField(null=True)
    ambiguous = models.PositiveIntegerField(null=True)
    nothing = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "partner"], name="one_link_quality")]

    def __str__(self) -> str:
        return str(self.partner_id)

    @property
    def shown(self) -> list[int | None]:
        return [self.people, self.by_code, self.by_name, self.ambiguous, self.nothing]
