"""What came of it: results of metric runs. Aggregates only, suppressed before they are stored: what is withheld is nowhere."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.models import District, Partner
from programs.models import Programme


class Run(models.Model):
    """One computation of all figures. Pages show the newest finished one."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Being computed")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    definition = models.CharField(max_length=20)
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    data_cut_off = models.DateField(null=True)
    enrolments_in = models.PositiveIntegerField(default=0)
    arrests_in = models.PositiveIntegerField(default=0)
    results_out = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Requests pile up into one: a second arrival before the run starts asks for nothing new.
            models.UniqueConstraint(fields=["state"], condition=Q(state="requested"), name="one_requested_run"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class RecidivismResult(models.Model):
    """Rearrested within a fixed window of the index date, among those whose whole window is observed.

    Counts or rates that disclosure control withholds are NULL, with `withheld` saying so.
    """

    class Offences(models.TextChoices):
        ANY = "any", _("Any offence")
        DRUG = "drug", _("Drug offence")

    class Withheld(models.TextChoices):
        NOTHING = "", _("Published")
        SMALL_COUNT = "small_count", _("Withheld: a count of 1 to 4")
        FEW_PEOPLE = "few_people", _("Withheld: fewer than 10 people observed")
        SMALL_DIFFERENCE = "small_difference", _("Withheld: a small count would follow from another figure")
        PART = "part", _("Withheld: a part of this total is")
        NOBODY = "nobody", _("Nobody has been observed for this long yet")

    run = models.ForeignKey(Run, models.CASCADE, related_name="recidivism")
    # None: all programmes of the partner, a person counted once in each.
    programme = models.ForeignKey(Programme, models.CASCADE, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    offences = models.CharField(max_length=10, choices=Offences)
    window_months = models.PositiveSmallIntegerField()
    eligible = models.PositiveIntegerField(null=True)
    rearrested = models.PositiveIntegerField(null=True)
    rate = models.FloatField(null=True)
    rate_lower = models.FloatField(null=True)
    rate_upper = models.FloatField(null=True)
    withheld = models.CharField(max_length=20, choices=Withheld, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "partner", "programme", "offences", "window_months"],
                name="one_recidivism_result",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(rearrested__in=[1, 2, 3, 4]), name="no_small_rearrested_count_stored"),
            models.CheckConstraint(
                condition=Q(withheld="") | Q(rearrested=None, rate=None), name="withheld_is_nowhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.offences} {self.window_months}"


class ArrestTrendResult(models.Model):
    """Arrests in a district in a month. A withheld count is NULL."""

    class Group(models.TextChoices):
        PERSONAL = "personal", _("Drugs for personal use")
        SUPPLY = "supply", _("Other drug offences")
        OTHER = "other", _("Other offences")
        ALL = "all", _("All arrests")
        JUVENILE_DRUG = "juvenile_drug", _("Drug offences of under-18s")

    run = models.ForeignKey(Run, models.CASCADE, related_name="trends")
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    month = models.DateField()
    group = models.CharField(max_length=15, choices=Group)
    arrests = models.PositiveIntegerField(null=True)
    rate_per_100k = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "district", "group", "month"], name="one_trend_result"),
            models.CheckConstraint(condition=~Q(arrests__in=[1, 2, 3, 4]), name="no_small_arrest_count_stored"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.month} {self.group}"
