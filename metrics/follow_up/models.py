"""What the figures are computed from: who is who across partners, and what happened to each participant.

Derived rows, kept up to date by `metrics.follow_up`; the worker alone reads them. No foreign keys in the database: a rebuild
writes millions of rows, all read from the tables that they would point to.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.arrests.models import OffenceGroup
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.isolation.policies import READ_AND_WRITE, Grant


class Touched(models.Model):
    """A person whose record, enrolments, arrests or referrals changed since the follow-up was last brought up to date.

    Triggers write it in the transaction of the change, whoever makes it (page, import, API, raw SQL; the linker). `relinks`: the
    record itself changed, or one of its pairs, and with it perhaps who the person is.
    """

    person_id = models.BigIntegerField()
    relinks = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            # Triggers write it as whoever changes the data; jobs alone read it.
            Grant(role="web", privileges="INSERT"),
            Grant(role="worker", privileges=READ_AND_WRITE),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Link(models.Model):
    """Which human being a partner's person is: people with one key are one, as the linker's sure pairs join them. And what figures
    need of the person's record, so that they read no row of a person again, which is wide. In no figure: who is unsure, and who has no key.
    """

    class How(models.TextChoices):
        CODE = "code", _("By personal identity code")
        NAME = "name", _("By name and date of birth")
        UNSURE = "unsure", _("Unsure: probably one of several people, and nobody can tell which")
        NOTHING = "nothing", _("Neither code nor date of birth")

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    key = models.UUIDField(null=True)
    how = models.CharField(max_length=10, choices=How)
    district_id = models.BigIntegerField(null=True)
    sex = models.CharField(max_length=10)
    birth_year = models.SmallIntegerField(null=True)
    died_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["key"], name="link_key")]
        constraints = [
            Grant(role="worker", privileges=READ_AND_WRITE),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.how}"


class FollowUp(models.Model):
    """One enrolment of somebody who consents to be counted, and what the police feeds say about the time after it.

    `rank` counts a person's enrolments in the programme, 1 first. Prior arrests lie on or before the index date (the start).
    A re-arrest lies after it, for an offence whose day, where known, is after it too. `any_6` … count re-arrests within that
    many calendar months. How far the person was observed is not stored: it follows from the district's feed and `died_on`,
    so that a feed that moves on touches no row.
    """

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    partner_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    key = models.UUIDField()
    rank = models.SmallIntegerField()
    index_date = models.DateField()
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=20)
    referral_kind = models.CharField(max_length=30)
    primary_drug = models.CharField(max_length=20)
    referred_on = models.DateField(null=True)
    district_id = models.BigIntegerField(null=True)
    sex = models.CharField(max_length=10)
    birth_year = models.SmallIntegerField(null=True)
    died_on = models.DateField(null=True)
    prior_arrests = models.SmallIntegerField()
    prior_drug_arrests = models.SmallIntegerField()
    prior_on = models.DateField(null=True)
    prior_district_id = models.BigIntegerField(null=True)
    prior_group = models.CharField(max_length=10, choices=OffenceGroup)
    any_on = models.DateField(null=True)
    drug_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    any_total = models.SmallIntegerField()
    drug_total = models.SmallIntegerField()
    any_6 = models.SmallIntegerField()
    any_12 = models.SmallIntegerField()
    any_24 = models.SmallIntegerField()
    any_36 = models.SmallIntegerField()
    drug_6 = models.SmallIntegerField()
    drug_12 = models.SmallIntegerField()
    drug_24 = models.SmallIntegerField()
    drug_36 = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key"], name="follow_up_key")]
        constraints = [
            Grant(role="worker", privileges=READ_AND_WRITE),
        ]

    def __str__(self) -> str:
        return str(self.enrolment_id)
