"""Employers who work with the partnership, and what they offer.

Who finds somebody work sees all of them, whichever partner keeps them; police don't. An employer sees nothing here: what is said to one
stands in `cases.placements`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import OWN, READ_AND_WRITE, ROLE, Grant, Policy, TableRule
from partnership.members.models import CASEWORK_ROLES, District, Partner, Role

EMPLOYER_ROLES = (*CASEWORK_ROLES, Role.COORDINATOR)
FIND_WORK = f"{ROLE} in ({', '.join(repr(str(role.value)) for role in EMPLOYER_ROLES)})"
MOST_HOURS = 60


def shared_by_who_finds_work() -> list[TableRule]:
    """Whoever finds people work reads the rows of all partners, and writes those of the own."""
    return [
        Grant(role="web", privileges=READ_AND_WRITE),
        Policy(name="find_work_read", role="web", command="SELECT", using=FIND_WORK),
        *[
            Policy(name=f"own_{command.lower()}", role="web", command=command, using=f"{OWN} and {FIND_WORK}")
            for command in ("INSERT", "UPDATE", "DELETE")
        ],
    ]


class Employer(models.Model):
    """Somebody who takes people in to work. Its partner keeps the contact; others call through it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    name = models.CharField(_("employer"), max_length=150)
    contact = EncryptedTextField(
        _("who to call"), help_text=_("Name and number of whoever there knows of the partnership.")
    )
    is_active = models.BooleanField(_("works with the partnership"), default=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="employer_once_a_partner"),
            known_by_owner("partner", name="employer_by_owner"),
            *shared_by_who_finds_work(),
            Recorded(record="employer", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class WorkOfferQuerySet(models.QuerySet["WorkOffer"]):
    def open(self) -> WorkOfferQuerySet:
        """Those that take somebody now."""
        return self.filter(is_open=True, employer__is_active=True)


class WorkOffer(models.Model):
    """What an employer offers. `is_open` is what the employer last said: how many come from where, the portal tells nobody."""

    class Kind(models.TextChoices):
        WORK_TRIAL = "work_trial", _("Work trial")
        APPRENTICESHIP = "apprenticeship", _("Apprenticeship")
        JOB = "job", _("Job")

    class Asks(models.TextChoices):
        """What it takes: codes of this portal's own."""

        LICENCE = "driving_licence", _("Driving licence")
        SAFETY_CARD = "safety_card", _("Occupational safety card")
        HYGIENE_PASS = "hygiene_passport", _("Hygiene passport")
        QUALIFICATION = "qualification", _("Vocational qualification")
        EXPERIENCE = "experience", _("Experience in the field")
        FINNISH = "finnish", _("Finnish at work")
        SWEDISH = "swedish", _("Swedish at work")
        SHIFTS = "shifts", _("Evenings, nights or weekends")
        RECORD_EXTRACT = "record_extract", _("Extract from the criminal record")
        DRUG_TEST = "drug_test", _("Drug test")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="offers", verbose_name=_("employer"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    work = models.CharField(_("work"), max_length=120, help_text=_("For example: storage, kitchen, cleaning."))
    hours_a_week = models.PositiveSmallIntegerField(_("hours a week"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    asks = ArrayField(
        models.CharField(max_length=20, choices=Asks), verbose_name=_("what it takes"), default=list, blank=True
    )
    more = models.CharField(
        _("more about it"),
        max_length=300,
        blank=True,
        help_text=_("What else it takes, who guides. Name nobody who works there."),
    )
    places = models.PositiveSmallIntegerField(_("places"), default=1)
    is_open = models.BooleanField(_("takes somebody now"), default=True)
    checked_on = models.DateField(_("asked the employer on"), default=timezone.localdate)

    objects = WorkOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of work")
        verbose_name_plural = _("offers of work")
        indexes = [models.Index(fields=["-checked_on", "-id"], name="work_offer_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_a_week__gte=1, hours_a_week__lte=MOST_HOURS),
                name="work_has_hours",
                violation_error_message=_("Between 1 and 60 hours a week."),
            ),
            models.CheckConstraint(
                condition=Q(places__gte=1), name="work_has_a_place", violation_error_message=_("At least one place.")
            ),
            known_by_owner("partner", name="work_offer_by_owner"),
            *same_partner("employer"),
            *shared_by_who_finds_work(),
            Recorded(record="work_offer", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.employer.name}"

    @property
    def ask_labels(self) -> list[str]:
        return [str(self.Asks(code).label) for code in self.asks]

    @property
    def takes_somebody(self) -> bool:
        """Open, of an employer that works with the partnership."""
        return self.is_open and self.employer.is_active
