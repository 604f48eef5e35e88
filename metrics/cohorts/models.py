"""Cohorts that people save by name, and who sees which."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.encryption import fingerprint
from partnership.isolation.policies import (
    AUDITOR,
    COORDINATOR,
    EVERY_ROW,
    OWN,
    READ_AND_WRITE,
    USER,
    Grant,
    Policy,
    jobs_read,
    written_by,
)
from partnership.members.models import Partner, Role, User
from programs.catalogue.models import Programme


class WaitsFor(models.TextChoices):
    """Why a cohort has no figures; empty where it has, or will have with the next run."""

    NOTHING = "", _("Nothing")
    PEOPLE = (
        "people",
        _("Too few people for two traits at once: choose one, or more programmes (600 people are needed)"),
    )
    TIME = "time", _("Nobody in it can have been followed for six months yet")
    AUDITOR = (
        "auditor",
        _(
            "Six other cohorts of the same programme have figures this quarter: the auditor decides whether this one gets them too"
        ),
    )


MAY_HOLD = f"({COORDINATOR} or (not is_partnership_wide and selection -> 'partners' = jsonb_build_array(partner_id)))"
"""A coordinator's cohort ranges over all programmes; anybody else's over those of its own partner, which alone sees it."""


class Cohort(models.Model):
    """A saved selection of participants (see metrics.cohorts.selection), computed with each run.

    A coordinator's may range over all programmes; an NGO's over its own. Shared: everybody in the partner sees it; a
    coordinator's shared cohort is seen by the whole partnership.
    `waits_for`: why the newest run held no figures of it (metrics.cohorts.budget).
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    selection = models.JSONField(default=dict)
    is_shared = models.BooleanField(_("shared"), default=True)
    is_partnership_wide = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    waits_for = models.CharField(max_length=10, choices=WaitsFor, blank=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("cohort")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                condition=Q(archived_at=None),
                name="cohort_name_per_partner",
                violation_error_message=_("There is a cohort with this name already."),
            ),
            # A partner's own, and the coordinator's that are shared.
            # An auditor sees what waits for a decision.
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="reads", role="web", command="SELECT", using=f"({OWN} or is_partnership_wide or {AUDITOR})"),
            # The job that computes it may read everybody's outcomes, and asks nobody whose they are.
            Policy(name="insert", role="web", command="INSERT", using=f"{OWN} and {MAY_HOLD}"),
            Policy(name="update", role="web", command="UPDATE", using=OWN, check=f"{OWN} and {MAY_HOLD}"),
            Policy(name="delete", role="web", command="DELETE", using=OWN),
            written_by("created_by_id"),
            *jobs_read(),
            Grant(role="worker", privileges="UPDATE", columns=["waits_for"]),
            Policy(name="jobs_judge", role="worker", command="UPDATE", using=EVERY_ROW),
            Recorded(record="cohort", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def digest(self) -> str:
        """A name of what it selects: another selection under the same name is another cohort."""
        return hashlib.sha256(json.dumps(self.selection, sort_keys=True).encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The same under a key, for runs, which everybody sees: there are few enough selections to try them all."""
        return fingerprint(self.partner_id, self.digest)


class CohortUse(models.Model):
    """A selection of people that has figures in a release, for each programme that it takes people from."""

    quarter = models.CharField(max_length=10)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quarter", "programme", "digest"], name="cohort_use_once"),
            Grant(role="worker", privileges="SELECT, INSERT"),
            Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW),
            Policy(name="jobs_write", role="worker", command="INSERT", using=EVERY_ROW),
            # How many of the six are used up is no secret; by whose selection is one.
            Grant(role="web", privileges="SELECT", columns=["id", "quarter", "programme_id"]),
            Policy(name="reads", role="web", command="SELECT", using=EVERY_ROW),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.programme_id}"


class CohortPermit(models.Model):
    """The auditor let a cohort have figures beyond the six that a programme's may have in a release."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="permits")
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "digest"], name="cohort_permit_once"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(name="reads", role="web", command="SELECT", using=AUDITOR),
            Policy(name="allows", role="web", command="INSERT", using=f"{AUDITOR} and user_id = {USER}"),
            *jobs_read(),
            Recorded(record="cohort", number="cohort_id", leaves_out=["digest"], name="recorded_permit"),
        ]

    def __str__(self) -> str:
        return str(self.cohort_id)


def own_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The acting partner's: those that are shared, and those that the person made."""
    return Cohort.objects.filter(Q(partner=acting.partner) & (Q(is_shared=True) | Q(created_by=acting.user)))


def visible_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The own ones, and what a coordinator shared with the whole partnership; an auditor's: those that wait for a decision, too."""
    if acting.role == Role.AUDITOR:
        return Cohort.objects.filter(Q(is_partnership_wide=True) | Q(waits_for=WaitsFor.AUDITOR))
    return own_cohorts(acting) | Cohort.objects.filter(is_partnership_wide=True)
