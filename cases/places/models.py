"""Beds of residential programmes, who stays in them from which night on, and work and housing at entry and exit."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from cases.enrolments.places import CountPlaces
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import own_rows
from partnership.isolation.triggers import Fixed, InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner
from programs.catalogue.models import Programme

NIGHTS = Func(F("started_on"), F("ended_on"), function="daterange")
"""The nights of a row: that of the day on which it began, not that of the day on which it ended."""

NIGHT_ENDS = timedelta(hours=6)
"""Of a night, after midnight."""


def only_one(column: str) -> tuple[Func, str]:
    """Of an exclusion constraint: rows with the same number. As a range of one, so that no extension of PostgreSQL is needed."""
    return Func(F(column), F(column), Value("[]"), function="int8range"), "&&"


def _all(column: str, compares: str, array: str) -> Func:
    """Of a check constraint: the column compares so with each value of the array; true where either is empty."""
    joiner = f" {compares} ALL ("
    # In alphabetical order: to `makemigrations` another order is another constraint.
    return Func(F(column), F(array), arg_joiner=joiner, output_field=BooleanField(), template="(%(expressions)s))")


class Bed(models.Model):
    """A bed of a residential programme: the partner's alone. Free beds are the programme's free places, which all partners see."""

    class ForWhom(models.TextChoices):
        ANYBODY = "anybody", _("Anybody")
        WOMEN = "women", _("Women")
        MEN = "men", _("Men")
        MINORS = "minors", _("People under 18")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    name = models.CharField(_("bed"), max_length=40, help_text=_("What your team calls it, for example 2 A."))
    room = models.CharField(_("room"), max_length=40, blank=True)
    for_whom = models.CharField(_("for whom"), max_length=10, choices=ForWhom, default=ForWhom.ANYBODY)
    opened_on = models.DateField(_("in use since"), default=timezone.localdate)
    closed_on = models.DateField(_("closed on"), null=True, default=None)

    class Meta:
        verbose_name = _("bed")
        verbose_name_plural = _("beds")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name", "partner"], condition=Q(closed_on=None), name="bed_has_a_name_of_its_own"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="bed_closes_after_it_opened"
            ),
            known_by_owner("partner", "programme", name="bed_by_owner"),
            *same_partner("programme"),
            *own_rows(),
            Fixed(columns=["partner_id", "programme_id"]),
            CountPlaces(function="portal_count_beds"),
            Recorded(record="bed", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.room} · {self.name}" if self.room else self.name


class StayQuerySet(models.QuerySet["Stay"]):
    def now(self) -> StayQuerySet:
        """What beds are used for now."""
        return self.filter(ended_on=None)

    def of_people(self) -> StayQuerySet:
        """Stays of people, without beds out of service."""
        return self.exclude(enrolment=None)


class Stay(InStep):
    """What a bed is used for, from a night until a day: somebody stays in it, or it is out of service. Never both: one table.

    A night counts by midnight: the night of `started_on` is the first, the night before `ended_on` the last. On `away` nights the bed
    is kept for the person, who sleeps elsewhere. `ended_with_enrolment`: nobody moved them out, their participation ended; the database
    says so, and takes it back with the end.
    """

    class Out(models.TextChoices):
        REPAIR = "repair", _("Repair or cleaning")
        STAFF = "staff", _("Not enough staff")
        OTHER = "other", _("Another reason")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="stays", verbose_name=_("bed"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, null=True, related_name="stays")
    out_because = models.CharField(_("why it is out of service"), max_length=10, choices=Out, blank=True, default="")
    started_on = models.DateField(_("first night"))
    ended_on = models.DateField(_("left on"), null=True, default=None)
    expected_until = models.DateField(_("expected until"), null=True, blank=True, default=None)
    ended_with_enrolment = models.BooleanField(_("ended with the participation"), default=False)
    away = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("nights away"))

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay")
        verbose_name_plural = _("stays")
        indexes = [
            models.Index(fields=["programme", "started_on"], name="stay_of_programme"),
            models.Index(fields=["enrolment", "started_on"], name="stay_of"),
            *indexes_of_changes("stay"),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_in_a_bed", expressions=[only_one("partner_id"), only_one("bed_id"), (NIGHTS, "&&")]
            ),
            ExclusionConstraint(
                name="in_one_bed_at_a_time",
                expressions=[only_one("partner_id"), only_one("enrolment_id"), (NIGHTS, "&&")],
                condition=Q(enrolment__isnull=False),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(enrolment__isnull=False), Q(out_because="")), name="stay_of_somebody_or_why"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="stay_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(ended_with_enrolment=False) | Q(ended_on__isnull=False), name="what_ended_with_it_has_ended"
            ),
            models.CheckConstraint(condition=_all("started_on", "<=", "away"), name="away_after_it_began"),
            models.CheckConstraint(condition=_all("ended_on", ">", "away"), name="away_before_it_ended"),
            *same_partner("enrolment"),
            SameOwner(field="bed", by={"partner_id": "partner_id", "programme_id": "programme_id"}),
            *own_rows(),
            Fixed(columns=["partner_id", "programme_id", "bed_id", "enrolment_id", "started_on"]),
            CountPlaces(function="portal_count_beds"),
            *kept_in_step(),
            Recorded(record="stay", partners=["partner_id"], about_person=True, leaves_out=["changed_in"]),
        ]

    def __str__(self) -> str:
        return f"stay {self.pk}"

    @property
    def is_overdue(self) -> bool:
        """The day on which the bed was to be free has passed."""
        return self.expected_until is not None and self.expected_until < timezone.localdate()

    @property
    def tonight(self) -> date:
        """The night that comes; until the morning the one that goes on, which began yesterday."""
        return max((timezone.localtime() - NIGHT_ENDS).date(), self.started_on)

    @property
    def is_away_tonight(self) -> bool:
        return self.tonight in self.away

    @property
    def nights(self) -> int:
        """Nights so far, those away included."""
        return ((self.ended_on or timezone.localdate() + timedelta(days=1)) - self.started_on).days


class Situation(models.Model):
    """Somebody's work and housing when they came or when they left: codes of this portal's own, one row each.

    Erased with the person, and counted by nobody but the partner.
    """

    class Moment(models.TextChoices):
        ENTRY = "entry", _("When they came")
        EXIT = "exit", _("When they left")

    class Work(models.TextChoices):
        WORK = "work", _("At work")
        STUDY = "study", _("Studying")
        TRAINING = "training", _("Work training or rehabilitative work")
        SEEKING = "seeking", _("Looking for work")
        NOT = "not", _("Not able to work, or retired")
        UNKNOWN = "unknown", _("Not known")

    class Housing(models.TextChoices):
        OWN = "own", _("A home of their own")
        OTHERS = "others", _("With family or friends")
        SUPPORTED = "supported", _("Supported housing")
        INSTITUTION = "institution", _("Hospital, prison or another institution")
        NONE = "none", _("No home")
        UNKNOWN = "unknown", _("Not known")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="situations")
    moment = models.CharField(_("when"), max_length=5, choices=Moment)
    on = models.DateField(_("date"))
    work = models.CharField(_("work and study"), max_length=10, choices=Work)
    housing = models.CharField(_("housing"), max_length=12, choices=Housing)

    class Meta:
        verbose_name = _("work and housing")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "moment", "partner"], name="one_situation_a_moment"),
            *same_partner("enrolment"),
            *own_rows(),
            Recorded(record="situation", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"situation {self.pk}"
