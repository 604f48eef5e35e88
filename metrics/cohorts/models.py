"""Cohorts that people save by name, and who sees which."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.policies import OWN, READ_AND_WRITE, Grant, Policy, jobs_read
from partnership.members.models import Partner, User


class Cohort(models.Model):
    """A saved selection of participants (see metrics.cohorts.selection), computed with each run.

    A coordinator's may range over all programmes; an NGO's over its own. Shared: everybody in the partner sees it; a
    coordinator's shared cohort is seen by the whole partnership.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    selection = models.JSONField(default=dict)
    is_shared = models.BooleanField(_("shared"), default=True)
    is_partnership_wide = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

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
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="reads", role="web", command="SELECT", using=f"({OWN} or is_partnership_wide)"),
            *[
                Policy(name=verb.lower(), role="web", command=verb, using=OWN)
                for verb in ("INSERT", "UPDATE", "DELETE")
            ],
            *jobs_read(),
            Recorded(record="cohort", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name


def own_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The acting partner's: those that are shared, and those that the person made."""
    return Cohort.objects.filter(Q(partner=acting.partner) & (Q(is_shared=True) | Q(created_by=acting.user)))


def visible_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The own ones, and what a coordinator shared with the whole partnership."""
    return own_cohorts(acting) | Cohort.objects.filter(is_partnership_wide=True)
