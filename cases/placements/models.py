"""Placements with employers: somebody who takes part comes to work, with their consent to be named there.

A placement is its own partner's. The employer sees nothing in the portal; what it may be told is what the person agreed to, of the kinds
below, among which treatment, offences and arrests are none.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import MonthsLater
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import Policy, jobs_read, own_rows
from partnership.isolation.triggers import Fixed, InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User
from partnership.pages.days import months_later
from programs.employers.models import WorkOffer

LOOK_AGAIN = (3, 6)
"""So many months after the start somebody asks whether the person is still there."""
SEES_OFFER = "exists (select from programs_workoffer o where o.id = offer_id)"
"""The offer is one that its partner may read. Asked first, so that no error tells of one that it may not."""


class Tell(models.TextChoices):
    """What an employer may be told."""

    NAME = "name", _("Name")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("Email")
    TIMES = "times", _("When they can work")
    SKILLS = "skills", _("What they can do")
    NEEDS = "needs", _("What they need at work")
    HELPER = "helper", _("Who helps them, with the name of the organisation")


class Look(NamedTuple):
    """Whether somebody was still there so many months after the start: None: nobody has asked."""

    months: int
    on: date
    is_there: bool | None

    @property
    def is_due(self) -> bool:
        return self.is_there is None and self.on <= timezone.localdate()


class PlacementQuerySet(models.QuerySet["Placement"]):
    def to_ask(self) -> PlacementQuerySet:
        """At work for three or six months, and nobody has confirmed since that they are still there."""
        today, due = timezone.localdate(), Q()
        for months in LOOK_AGAIN:
            reached = MonthsLater("started_on", months)
            due |= Q(started_on__lte=months_later(today, -months)) & (Q(seen_on=None) | Q(seen_on__lt=reached))
        return self.filter(due, state=Placement.State.STARTED)

    def waiting(self) -> PlacementQuerySet:
        """Those that have not begun, and those to ask after."""
        before = Q(state__in=[Placement.State.OFFERED, Placement.State.AGREED])
        return self.filter(before | Q(pk__in=self.to_ask().values("pk")))


class Placement(InStep):
    """Somebody, and an offer of work. Its state is that of its last day; what was written down by mistake is taken back, and the
    history keeps it."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        AGREED = "agreed", _("Agreed")
        STARTED = "started", _("At work")
        ENDED = "ended", _("Ended")

    class Ended(models.TextChoices):
        AS_AGREED = "as_agreed", _("Ended as agreed")
        HIRED = "hired", _("Hired, here or elsewhere")
        PERSON_LEFT = "person_left", _("Person: left")
        PERSON_ABSENT = "person_absent", _("Person: did not come")
        EMPLOYER_ENDED = "employer_ended", _("Employer: ended it")
        NO_PLACE = "no_place", _("Employer: no place after all")
        CONSENT = "consent_withdrawn", _("Person: took the consent back")
        LOST = "lost", _("Not known: contact was lost")
        OTHER = "other", _("Other")

    class How(models.TextChoices):
        PAPER = "paper", _("On paper")
        SPOKEN = "spoken", _("Spoken")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="placements")
    offer = models.ForeignKey(WorkOffer, models.PROTECT, related_name="+", verbose_name=_("offer"))
    responsible = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("responsible"))
    offered_on = models.DateField(_("offered on"), default=timezone.localdate)
    agreed_on = models.DateField(_("agreed with the employer on"), null=True, default=None)
    started_on = models.DateField(_("first day at work"), null=True, default=None)
    seen_on = models.DateField(_("last confirmed at work on"), null=True, default=None)
    ended_on = models.DateField(_("ended on"), null=True, default=None)
    end_reason = models.CharField(_("reason of the end"), max_length=20, choices=Ended, blank=True, default="")
    consent_on = models.DateField(_("agreed to be named on"), null=True, default=None)
    consent_how = models.CharField(_("how"), max_length=10, choices=How, blank=True, default="")
    tells = ArrayField(
        models.CharField(max_length=10, choices=Tell),
        verbose_name=_("what the employer may be told"),
        default=list,
        blank=True,
    )
    consent_withdrawn_on = models.DateField(_("consent withdrawn on"), null=True, default=None)
    times = EncryptedTextField(_("when they can work"), blank=True, default="")
    skills = EncryptedTextField(_("what they can do"), blank=True, default="")
    needs = EncryptedTextField(_("what they need at work"), blank=True, default="")
    state = models.GeneratedField(
        expression=Case(
            When(ended_on__isnull=False, then=Value("ended")),
            When(started_on__isnull=False, then=Value("started")),
            When(agreed_on__isnull=False, then=Value("agreed")),
            default=Value("offered"),
        ),
        output_field=models.CharField(_("state"), max_length=10, choices=State),
        db_persist=True,
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement with an employer")
        verbose_name_plural = _("placements with employers")
        indexes = [
            models.Index(fields=["partner", "-offered_on", "-id"], name="placement_list"),
            models.Index(fields=["enrolment"], name="placement_of"),
            *indexes_of_changes("placement"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "offer", "partner"], condition=Q(ended_on=None), name="placed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(consent_on=None), Q(consent_how=""))
                & both_or_neither(Q(consent_on=None), Q(tells=[])),
                name="consent_says_how_and_what",
            ),
            models.CheckConstraint(
                condition=Q(tells=[]) | Q(tells__contains=[Tell.NAME], tells__contained_by=Tell.values),
                name="employer_is_told_these_alone",
            ),
            # Nobody is named to an employer before they agreed, and nothing goes on once they took it back.
            models.CheckConstraint(
                condition=Q(agreed_on=None) | Q(consent_on__isnull=False, agreed_on__gte=F("consent_on")),
                name="employer_agrees_after_the_consent",
            ),
            models.CheckConstraint(
                condition=Q(consent_withdrawn_on=None)
                | Q(consent_on__isnull=False, consent_withdrawn_on__gte=F("consent_on"))
                & (Q(agreed_on=None) | Q(agreed_on__lte=F("consent_withdrawn_on")))
                & (Q(started_on=None) | Q(started_on__lte=F("consent_withdrawn_on"))),
                name="nothing_goes_on_without_consent",
            ),
            models.CheckConstraint(
                condition=(Q(agreed_on=None) | Q(agreed_on__gte=F("offered_on")))
                & (Q(started_on=None) | Q(agreed_on__isnull=False, started_on__gte=F("agreed_on")))
                & (Q(ended_on=None) | Q(ended_on__gte=F("offered_on")))
                & (Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on"))),
                name="placement_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(seen_on=None)
                | Q(started_on__isnull=False, seen_on__gte=F("started_on"))
                & (Q(ended_on=None) | Q(seen_on__lte=F("ended_on"))),
                name="seen_while_at_work",
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(ended_on=None), Q(end_reason="")), name="ended_placement_has_a_reason"
            ),
            known_by_owner("partner", name="placement_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            Policy(name="offer_seen", role="web", command="INSERT", using=SEES_OFFER, only_narrows=True),
            # Figures read days and no word of anybody.
            *jobs_read("id", "partner_id", "enrolment_id", "started_on", "seen_on", "ended_on", "end_reason"),
            Fixed(columns=["partner_id", "enrolment_id", "offer_id"]),
            Fixed(
                columns=["consent_on", "consent_how", "tells", "consent_withdrawn_on"],
                when="old.consent_withdrawn_on is not null",
                name="stays_withdrawn",
            ),
            *kept_in_step(),
            Recorded(
                record="placement", partners=["partner_id"], about_person=True, leaves_out=["state", "changed_in"]
            ),
        ]

    def __str__(self) -> str:
        return f"placement {self.pk}"

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)

    @property
    def has_consent(self) -> bool:
        """Whether the person may be named to the employer now."""
        return self.consent_on is not None and self.consent_withdrawn_on is None

    @property
    def tell_labels(self) -> list[str]:
        return [str(Tell(code).label) for code in self.tells]

    @property
    def looks(self) -> list[Look]:
        """Whether the person was still there after three and six months: by the end, or because somebody confirmed it."""
        return [self._look(months) for months in LOOK_AGAIN] if self.started_on else []

    def _look(self, months: int) -> Look:
        on = months_later(self.started_on, months)  # type: ignore[arg-type] # asked of those that have started
        last = max(filter(None, [self.seen_on, self.ended_on]), default=None)
        is_there = True if last and last >= on else False if self.ended_on else None
        return Look(months, on, is_there)

    @property
    def is_to_ask(self) -> bool:
        """As `to_ask` says."""
        return self.ended_on is None and any(look.is_due for look in self.looks)

    def told(self) -> list[tuple[str | Promise, Any]]:
        """What the employer may be told now, and nothing else: of each kind that the person agreed to, the words. Reads the person."""
        if not self.has_consent:
            return []
        person = self.enrolment.person
        words = {
            Tell.NAME: f"{person.first_names} {person.last_name}",
            Tell.PHONE: person.phone,
            Tell.EMAIL: person.email,
            Tell.TIMES: self.times,
            Tell.SKILLS: self.skills,
            Tell.NEEDS: self.needs,
            Tell.HELPER: f"{self.responsible.full_name}, {self.partner.name}",
        }
        return [(kind.label, words[kind]) for kind in Tell if kind in self.tells and words[kind]]
