"""Runs and the results that they publish. A result is never changed: a later run supersedes it.

What is withheld is stored nowhere: a withheld count is NULL, and `withheld` says why. `partner` empty: partnership-wide.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.members.models import User


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


class Withheld(models.TextChoices):
    NOTHING = "", _("Published")
    SMALL_COUNT = "small_count", _("Withheld: a count of 1 to 4")
    FEW_PEOPLE = "few_people", _("Withheld: fewer than 10 people observed")
    SECONDARY = "secondary", _("Withheld: a small count would follow from it")
    NOBODY = "nobody", _("Nobody has been observed for this long yet")
