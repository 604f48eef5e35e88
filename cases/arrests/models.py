"""Arrests at police units, and how far they are known to be complete."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from cases.people.models import Person, age_on
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import imports_write, jobs_read, own_rows
from partnership.isolation.triggers import Bury, Touch
from partnership.members.models import District, Partner


class OffenceGroup(models.TextChoices):
    """What an arrest was for, in three groups: the gravest of its drug offences decides."""

    PERSONAL = "personal", _("Drugs for personal use")
    SUPPLY = "supply", _("Other drug offences")
    OTHER = "other", _("Other offences")


def age_at_offence(born_on: date, offence_on: date | None, arrested_on: date) -> int:
    """In whole years; on the day of the arrest where the police do not know the day of the offence."""
    return age_on(born_on, offence_on or arrested_on)


class Arrest(models.Model):
    """An arrest by a police unit, known by its arrest number there.

    What the figures need of its offences stands beside it (sql/summary.sql): `offence_group`; `is_drug`, one of them is a drug offence; the day
    of the latest offence and of the latest drug offence, empty where the police do not know one of those days.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="arrests", db_constraint=False)
    arrest_number = models.CharField(_("arrest number"), max_length=60)
    arrested_on = models.DateField(_("arrested on"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    is_drug = models.BooleanField(_("drug offence"))
    offence_group = models.CharField(max_length=10, choices=OffenceGroup, default=OffenceGroup.OTHER)
    last_offence_on = models.DateField(null=True)
    last_drug_offence_on = models.DateField(null=True)
    age_at_offence = models.PositiveSmallIntegerField(_("age at the offence"), null=True)
    content_hash = models.CharField(max_length=32)
    received_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now(), help_text="A trigger keeps it.")
    changed_in = TransactionField()

    class Meta:
        verbose_name = _("arrest")
        constraints = [
            models.UniqueConstraint(fields=["partner", "arrest_number"], name="one_arrest_per_number"),
            known_by_owner("partner", name="arrest_by_owner"),
            *same_partner("person"),
            *own_rows(),
            *jobs_read(),
            *imports_write("INSERT, UPDATE, DELETE"),
            Touch(),
            Mark(),
            Bury(),
        ]
        indexes = [
            models.Index(fields=["person", "arrested_on"], name="arrest_person"),
            models.Index(fields=["district", "arrested_on"], name="arrest_trend"),
            models.Index(fields=["partner", "id"], name="arrest_by_id"),
            models.Index(fields=["partner", "changed_at", "id"], name="arrest_sync"),
            models.Index(fields=["partner", "changed_in", "id"], name="arrest_marks"),
        ]

    def __str__(self) -> str:
        return self.arrest_number


class Offence(models.Model):
    """An offence for which somebody was arrested. `offence_on` is empty where the police do not know the day."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    arrest = models.ForeignKey(Arrest, models.CASCADE, related_name="offences", db_constraint=False)
    iccs = models.CharField(_("ICCS code"), max_length=6)
    local_code = models.CharField(_("local code"), max_length=60, blank=True)
    offence_on = models.DateField(_("offence on"), null=True)

    class Meta:
        indexes = [models.Index(fields=["arrest"], name="offence_arrest")]
        constraints = [
            *same_partner("arrest"),
            *own_rows(),
            *jobs_read(),
            *imports_write("INSERT, UPDATE, DELETE"),
        ]

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
        constraints = [
            models.UniqueConstraint(fields=["partner", "district"], name="one_feed_per_district"),
            *own_rows(),
            *jobs_read(),
            *imports_write("INSERT, UPDATE, DELETE"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.complete_through}"
