"""Low-threshold contacts: what is handed out and done at a service point, for people whom nobody asks who they are.

A contact has no name, no free text and points to no person. `code_hash` is a word of the client's own choosing, keyed for its partner
and forgotten after `CODE_MONTHS`; nothing joins it with anything else. Only casework roles of the partner read the rows: police,
coordinators and every other partner have none, whatever they ask.

Terms: EMCDDA Standard Table 10 (points, syringes, client contacts, individual clients); WHO SMART HIV, PRV.8 and PRV.9.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.encrypted_fields import WrittenOnlyField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, READ_AND_WRITE, ROLE, Grant, Policy, written_by
from partnership.members.models import CASEWORK_ROLES, District, Partner, User

CODE_MONTHS = 13
"""After so many months a client's word is forgotten: a year of distinct clients can be counted, and no more."""

HELPERS = f"{OWN} and {ROLE} in ({', '.join(repr(str(role.value)) for role in CASEWORK_ROLES)})"
"""SQL: who helps people at the partner whose row it is. A police unit has no such role."""


class ServicePoint(models.Model):
    """Where contacts are made: a room, a bus, a round in the streets, a machine, a pharmacy."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("Fixed place")
        MOBILE = "mobile", _("Bus or van")
        OUTREACH = "outreach", _("Outreach")
        VENDING = "vending", _("Vending machine")
        PHARMACY = "pharmacy", _("Pharmacy")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FIXED)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    hours = models.CharField(
        _("hours"), max_length=200, blank=True, help_text=_("For example: Monday to Friday 12–18.")
    )
    closed_on = models.DateField(
        _("closed since"), null=True, blank=True, help_text=_("Nothing is counted there any more.")
    )

    class Meta:
        verbose_name = _("service point")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                name="point_named_once",
                violation_error_message=_("You have a service point of this name already."),
            ),
            known_by_owner("partner", name="point_of_partner"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="helpers", role="web", using=HELPERS),
            Recorded(record="service_point", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A visit at a service point, in ten seconds: counts, and what was done."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")
        UNKNOWN = "unknown", _("Not known")

    class AgeBand(models.TextChoices):
        UNDER_18 = "under_18", _("under 18")
        FROM_18 = "18_24", "18–24"
        FROM_25 = "25_34", "25–34"
        FROM_35 = "35_44", "35–44"
        FROM_45 = "45_54", "45–54"
        FROM_55 = "55_plus", _("55 and over")

    class Drug(models.TextChoices):
        HEROIN = "heroin", _("heroin")
        BUPRENORPHINE = "buprenorphine", _("buprenorphine")
        OTHER_OPIOIDS = "other_opioids", _("other opioids")
        AMPHETAMINES = "amphetamines", _("amphetamines")
        COCAINE = "cocaine", _("cocaine")
        CATHINONES = "cathinones", _("synthetic cathinones")
        OTHER = "other", _("something else")

    class NaloxoneWhy(models.TextChoices):
        FIRST = "first", _("the first kit")
        USED = "used", _("the last one was used")
        LOST = "lost", _("the last one was lost")
        EXPIRED = "expired", _("the last one expired")

    class Test(models.TextChoices):
        HIV = "hiv", _("HIV")
        HCV = "hcv", _("hepatitis C")
        HBV = "hbv", _("hepatitis B")
        SYPHILIS = "syphilis", _("syphilis")
        DRUG_CHECK = "drug_check", _("drug checking")

    class Vaccine(models.TextChoices):
        HAV = "hav", _("hepatitis A")
        HBV = "hbv", _("hepatitis B")
        OTHER = "other", _("another vaccine")

    class Advice(models.TextChoices):
        SAFER_USE = "safer_use", _("safer use")
        OVERDOSE = "overdose", _("overdoses")
        INFECTIONS = "infections", _("infections")
        WOUNDS = "wounds", _("wounds")
        TREATMENT = "treatment", _("treatment")
        SOCIAL = "social", _("housing, money, work")

    class Onward(models.TextChoices):
        NONE = "none", _("not offered")
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    point = models.ForeignKey(ServicePoint, models.PROTECT, related_name="contacts", verbose_name=_("service point"))
    held_on = models.DateField(_("day"), default=timezone.localdate)
    code_hash = WrittenOnlyField(max_length=64, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    age_band = models.CharField(_("age, about"), max_length=10, choices=AgeBand, blank=True)
    is_first = models.BooleanField(_("first time here"), default=False)
    drugs = ArrayField(
        models.CharField(max_length=15, choices=Drug), default=list, blank=True, verbose_name=_("injected lately")
    )
    syringes_out = models.PositiveSmallIntegerField(_("syringes out"), default=0)
    syringes_in = models.PositiveSmallIntegerField(_("syringes back"), default=0)
    is_estimated = models.BooleanField(_("those back are an estimate"), default=False)
    naloxone_out = models.PositiveSmallIntegerField(_("naloxone kits"), default=0)
    naloxone_why = models.CharField(_("why naloxone"), max_length=10, choices=NaloxoneWhy, blank=True)
    reversals = models.PositiveSmallIntegerField(
        _("overdoses reversed, as told"), default=0, help_text=_("With naloxone that the client had.")
    )
    tests = ArrayField(
        models.CharField(max_length=10, choices=Test), default=list, blank=True, verbose_name=_("tests done")
    )
    vaccines = ArrayField(
        models.CharField(max_length=10, choices=Vaccine), default=list, blank=True, verbose_name=_("vaccines given")
    )
    advice = ArrayField(
        models.CharField(max_length=10, choices=Advice), default=list, blank=True, verbose_name=_("advice on")
    )
    onward = models.CharField(_("further help"), max_length=10, choices=Onward, default=Onward.NONE)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("low-threshold contact")
        indexes = [
            models.Index(fields=["partner", "-held_on", "-id"], name="contact_list"),
            models.Index(fields=["held_on"], condition=~Q(code_hash=""), name="contact_codes_to_forget"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(naloxone_out=0, naloxone_why="") | Q(naloxone_out__gt=0), name="naloxone_why_of_a_kit"
            ),
            *same_partner("point"),
            # What identifies nobody is written and counted; the keyed word itself no page reads.
            Grant(role="web", privileges="SELECT, INSERT, DELETE"),
            Policy(name="helpers", role="web", using=HELPERS),
            written_by("recorded_by_id"),
            Grant(role="worker", privileges="SELECT", columns=["id", "held_on", "code_hash"]),
            Grant(role="worker", privileges="UPDATE", columns=["code_hash"], name="worker_forgets"),
            Policy(name="jobs_see_old_codes", role="worker", command="SELECT", using=EVERY_ROW),
            Policy(name="jobs_forget", role="worker", command="UPDATE", using=EVERY_ROW, check="code_hash = ''"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
