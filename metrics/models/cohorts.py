"""Cohorts that people save by name, and interventions whose effect on arrests is asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.models import District, Partner, User
from programs.models import Programme


class Cohort(models.Model):
    """A saved selection of participants (see metrics.cohorts.Selection), computed with each run.

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
            )
        ]

    def __str__(self) -> str:
        return self.name


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
        constraints = [models.CheckConstraint(condition=Q(started_on__gte="2000-01-01"), name="intervention_is_recent")]

    def __str__(self) -> str:
        return self.name

    @property
    def pk_text(self) -> str:
        return str(self.pk)
