"""Arrests at police units, and how far they are known to be complete."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import iccs
from cases.models.people import Person
from partnership.models import District, Partner


class Arrest(models.Model):
    """An arrest by a police unit, known by its arrest number there. `is_drug`: one of its offences is a drug offence."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="arrests")
    arrest_number = models.CharField(_("arrest number"), max_length=60)
    arrested_on = models.DateField(_("arrested on"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    is_drug = models.BooleanField(_("drug offence"))
    age_at_offence = models.PositiveSmallIntegerField(_("age at the offence"), null=True)
    content_hash = models.CharField(max_length=32)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("arrest")
        constraints = [models.UniqueConstraint(fields=["partner", "arrest_number"], name="one_arrest_per_number")]
        indexes = [
            models.Index(fields=["person", "arrested_on"], name="arrest_person"),
            models.Index(fields=["district", "arrested_on"], name="arrest_trend"),
        ]

    def __str__(self) -> str:
        return self.arrest_number


class Offence(models.Model):
    """An offence for which somebody was arrested. `offence_on` is empty where the police do not know the day."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    arrest = models.ForeignKey(Arrest, models.CASCADE, related_name="offences")
    iccs = models.CharField(_("ICCS code"), max_length=6)
    local_code = models.CharField(_("local code"), max_length=60, blank=True)
    offence_on = models.DateField(_("offence on"), null=True)

    class Meta:
        indexes = [models.Index(fields=["arrest"], name="offence_arrest")]

    def __str__(self) -> str:
        return self.iccs

    @property
    def label(self) -> str:
        return iccs.label(self.iccs)


class Feed(models.Model):
    """How far a police unit's arrests of a district are known to be complete."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, related_name="feeds")
    complete_through = models.DateField(_("complete through"))
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "district"], name="one_feed_per_district")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.complete_through}"
