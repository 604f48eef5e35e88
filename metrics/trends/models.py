"""Arrests and overdoses by district and month; interventions, and what changed at them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.runs.models import Run, results_seen_by
from partnership.audit_trail.history import Recorded
from partnership.isolation.policies import COORDINATOR, EVERY_ROW, READ_AND_WRITE, Grant, Policy, TableRule
from partnership.members.models import District, Partner, User
from programs.catalogue.models import Programme


def written_by_coordinators(through: str = "") -> list[TableRule]:
    """Everybody sees the rows; coordinators write them."""
    return [
        Grant(role="web", privileges=READ_AND_WRITE, through=through),
        Policy(name="reads", role="web", command="SELECT", using=EVERY_ROW, through=through),
        *[
            Policy(name=verb.lower(), role="web", command=verb, using=COORDINATOR, through=through)
            for verb in ("INSERT", "UPDATE", "DELETE")
        ],
        Grant(role="worker", privileges="SELECT", through=through),
        Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW, through=through),
    ]


class Intervention(models.Model):
    """Something that began on a day in some districts and is meant to change arrests there."""

    class Series(models.TextChoices):
        DRUG = "drug", _("All drug offences")
        PERSONAL = "personal", _("Drugs for personal use")
        SUPPLY = "supply", _("Other drug offences")
        JUVENILE_DRUG = "juvenile_drug", _("Drug offences of under-18s")
        ALL = "all", _("All arrests")
        OVERDOSES = "overdoses", _("Overdoses")

    name = models.CharField(_("name"), max_length=150, unique=True)
    programme = models.ForeignKey(
        Programme, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("programme")
    )
    started_on = models.DateField(_("started on"))
    series = models.CharField(_("what it is meant to change"), max_length=20, choices=Series, default=Series.DRUG)
    districts = models.ManyToManyField(District, related_name="+", verbose_name=_("pilot districts"))
    comparison_districts = models.ManyToManyField(
        District, related_name="+", blank=True, verbose_name=_("comparison districts")
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-started_on", "id"]
        verbose_name = _("intervention")
        constraints = [
            models.CheckConstraint(condition=Q(started_on__gte="2000-01-01"), name="intervention_is_recent"),
            *written_by_coordinators(),
            *written_by_coordinators("districts"),
            *written_by_coordinators("comparison_districts"),
            Recorded(record="intervention"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pk_text(self) -> str:
        """The key for a template to add to an address."""
        return str(self.pk)


class ArrestTrendResult(models.Model):
    """Arrests, or overdoses, in a district in a month; without a district: in those of the partnership. Protected counts,
    which add up; one below five is shown as "under 5", and without its rate.

    Overdoses are one partner's counts, its `source`: several partners may count the same overdose, so they are not added up.
    """

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
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    month = models.DateField()
    group = models.CharField(max_length=15, choices=Group)
    source = models.ForeignKey(
        Partner, models.CASCADE, null=True, related_name="+", help_text="The partner that counted the overdoses."
    )
    is_one_of_several = models.BooleanField(default=False, help_text="Other partners count overdoses there too.")
    arrests = models.PositiveIntegerField()
    rate_per_100k = models.FloatField(null=True)
    adjusted = models.FloatField(null=True, help_text="Per 100,000, without its season; from the whole series.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "district", "group", "month"], name="one_trend_result", nulls_distinct=False
            ),
            *results_seen_by(EVERY_ROW),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.month} {self.group}"

    @property
    def is_under_five(self) -> bool:
        """Above zero and below five."""
        return 0 < self.arrests < 5


class TrendChange(models.Model):
    """A change in a series: five years apart in a district (without one: in the partnership's), or at an intervention.

    `LEVEL` and `SLOPE` are there only where `JOINT` shows that something changed; `JOINT` has the interval of the level and no
    change of its own.
    """

    class Kind(models.TextChoices):
        FIVE_YEARS = "five_years", _("Last twelve months against those five years earlier")
        JOINT = "joint", _("Level and trend together since the start (interrupted time series)")
        LEVEL = "level", _("Change at the start (interrupted time series)")
        SLOPE = "slope", _("Change of the yearly trend since the start (interrupted time series)")
        DIFFERENCE = "difference", _("Against comparison districts (difference in differences)")
        BY_DISTRICT = "by_district", _("Against comparison districts, district by district (t test)")
        DRIFT = "drift", _("Yearly drift against comparison districts before the start")

    class Verdict(models.TextChoices):
        FALL = "fall", _("A fall is shown")
        RISE = "rise", _("A rise is shown")
        CHANGED = "changed", _("A change is shown")
        NOT_SHOWN = "not_shown", _("No change is shown")
        PARALLEL = "parallel", _("Moved alike")
        APART = "apart", _("Moved apart")
        CANNOT_BE_TOLD = "cannot_be_told", _("Cannot be told")

    run = models.ForeignKey(Run, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=12, choices=Kind)
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    intervention = models.ForeignKey(Intervention, models.CASCADE, null=True, related_name="+")
    group = models.CharField(max_length=15)
    verdict = models.CharField(max_length=15, choices=Verdict, blank=True)
    change = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    p = models.FloatField(null=True)
    months = models.PositiveSmallIntegerField(null=True, help_text="On which the change rests.")
    least_visible = models.FloatField(
        null=True,
        help_text="A change smaller than this share would probably go unseen: it is found in 80 of 100 series.",
    )
    refusal = models.CharField(max_length=60, blank=True)
    placebos = models.JSONField(
        default=list, help_text="[[month before the start in which nothing began, p value of a change there], …]"
    )
    lines = models.JSONField(
        default=list,
        help_text="[[month, rate, fitted, expected, its lower, its upper bound, comparison rate], …] per 100,000 a year",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "district", "intervention", "group"],
                name="one_trend_change",
                nulls_distinct=False,
            ),
            *results_seen_by(EVERY_ROW),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.group}"
