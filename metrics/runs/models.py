"""Runs, and what all results have in common: who sees them, and why a rate is not shown.

A result is never changed: a later run supersedes it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.policies import (
    COORDINATOR,
    EVERY_ROW,
    OWN,
    READ_AND_WRITE,
    Grant,
    Policy,
    TableRule,
)
from partnership.isolation.triggers import Asked
from partnership.members.models import User

RELEASING = (
    *("released_at", "released_by_id", "published_at", "published_by_id"),
    *("next_on", "withdrawn_at", "withdrawn_because"),
)
"""What a coordinator says of a run, each once and in their own name: a trigger holds to it."""
OF_PARTNER = f"(partner_id is null or {OWN} or {COORDINATOR})"
"""Results that a user sees: partnership-wide ones, those of the own partner, and a coordinator all."""


def results_seen_by(sees: str, *, of_release: bool = False) -> list[TableRule]:
    """Results that pages show where `sees` is true. Jobs write them once: they change none, and delete none of a release.

    `of_release`: outcomes of people, which everybody but the coordinator sees of releases only.
    """
    if of_release:
        sees = f"{sees} and ({COORDINATOR} or run_id in (select id from metrics_run where released_at is not null))"  # noqa: S608
    unreleased = "exists (select from metrics_run r where r.id = run_id and r.released_at is null)"
    return [
        Grant(role="web", privileges="SELECT"),
        Policy(name="reads", role="web", command="SELECT", using=sees),
        Grant(role="worker", privileges="SELECT, INSERT, DELETE"),
        Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW),
        Policy(name="jobs_write", role="worker", command="INSERT", using=EVERY_ROW),
        Policy(name="jobs_forget", role="worker", command="DELETE", using=unreleased),
    ]


class Run(models.Model):
    """One computation of all figures, with everything that it depends on.

    Pages show what is work in progress (series, referrals, data quality) of the newest finished run, and what became of people
    of the newest *release*: a run that a coordinator made the one of its quarter, which is frozen. Later runs of that quarter
    are previews of the next, with the same noise wherever nothing changed, for the coordinator alone.
    """

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
        default=dict, help_text="as_of: no feed counts beyond that day. cohorts: a keyed hash of what each selected."
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
        default=list,
        help_text="[[district's id, name], …]: all feeds with problems. Each figure names those that it rests on.",
    )
    error = models.TextField(blank=True)
    quarter = models.CharField(
        max_length=10, help_text="The release that it is of or would be of; its noise follows from it."
    )
    key_name = models.CharField(max_length=10, help_text="A name of the secret that its noise follows from.")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    next_on = models.DateField(null=True, help_text="When the next results are to be published, as the public is told.")
    withdrawn_at = models.DateTimeField(null=True, help_text="Published, and taken back.")
    withdrawn_because = models.CharField(max_length=500, blank=True, help_text="As the public reads it.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Requests pile up into one: a second arrival before the run starts asks for nothing new.
            models.UniqueConstraint(fields=["state"], condition=Q(state="requested"), name="one_requested_run"),
            models.CheckConstraint(condition=Q(released_at=None) | Q(state="done"), name="only_done_runs_released"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(released_at__isnull=False), name="only_releases_published"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because=""), name="withdrawn_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["quarter", "key_name"], condition=Q(released_at__isnull=False), name="one_release_a_quarter"
            ),
            # Everybody sees runs and may ask for one; a coordinator releases and publishes one; jobs change and forget what is
            # not released.
            Grant(role="web", privileges="SELECT, INSERT"),
            Grant(
                role="web",
                privileges="UPDATE",
                columns=RELEASING,
            ),
            Policy(name="reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="asks", role="web", command="INSERT", using="state = 'requested'"),
            Policy(name="publishes", role="web", command="UPDATE", using=f"{COORDINATOR} and state = 'done'"),
            Asked(function="metrics_release_stays", columns=RELEASING, name="release_stays"),
            Grant(role="worker", privileges=READ_AND_WRITE),
            Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW),
            Policy(name="jobs_ask", role="worker", command="INSERT", using="released_at is null"),
            Policy(name="jobs_update", role="worker", command="UPDATE", using="released_at is null"),
            Policy(name="jobs_forget", role="worker", command="DELETE", using="released_at is null"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class RestsOnFeeds(models.Model):
    """A result that is dated and warned of by the police feeds that follow its own people (metrics/quality/rests_on.py)."""

    complete_through = models.DateField(
        null=True, help_text="To this day all police feeds are complete that follow the people of the figure."
    )
    poor_feeds = models.JSONField(
        default=list, help_text="[[district's id, name], …]: those of these feeds that have problems."
    )

    class Meta:
        abstract = True


class Withheld(models.TextChoices):
    """Why a rate is not shown; empty where it is."""

    NOTHING = "", _("Shown")
    FEW_PEOPLE = "few_people", _("Not shown: fewer than 30 people followed")
    NOBODY = "nobody", _("Nobody has been followed for this long yet")
