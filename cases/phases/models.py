"""Phases of a programme, as of a drug court: who is in which, responses to what they did, and reviews with a note for the court."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from cases.places.models import NIGHTS, only_one
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import own_rows, written_by
from partnership.isolation.triggers import InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User
from programs.catalogue.models import Programme


class Phase(models.Model):
    """A phase of a programme: data of its partner. `number` orders them, from 1."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    number = models.PositiveSmallIntegerField(_("order"))
    name = models.CharField(_("name"), max_length=80)
    min_days = models.PositiveSmallIntegerField(
        _("at least so many days"), default=0, help_text=_("Nobody moves on before.")
    )
    sessions_a_week = models.PositiveSmallIntegerField(_("meetings a week"), null=True, blank=True)
    review_days = models.PositiveSmallIntegerField(
        _("days between reviews"), null=True, blank=True, help_text=_("Who is past it, is due for a review.")
    )
    asks = models.TextField(_("what it asks"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number", "partner"], name="one_phase_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="phases_count_from_one"),
            models.CheckConstraint(condition=Q(review_days=None) | Q(review_days__gte=1), name="review_days_are_days"),
            known_by_owner("partner", name="phase_by_owner"),
            *same_partner("programme"),
            *own_rows(),
            Recorded(record="phase", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class PhaseStayQuerySet(models.QuerySet["PhaseStay"]):
    def now(self) -> PhaseStayQuerySet:
        """The phases in which people are."""
        return self.filter(ended_on=None)


class PhaseStay(InStep):
    """Somebody is in a phase from a day until another: in one at a time."""

    class Result(models.TextChoices):
        ADVANCED = "advanced", _("Moved on")
        BACK = "back", _("Moved back")
        COMPLETED = "completed", _("Completed all phases")
        ENDED = "ended", _("The participation ended")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="phase_stays")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="stays", verbose_name=_("phase"))
    started_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, default=None)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True, default="")

    objects = PhaseStayQuerySet.as_manager()

    class Meta:
        verbose_name = _("time in a phase")
        indexes = [
            models.Index(fields=["enrolment", "started_on", "id"], name="phase_stay_of"),
            *indexes_of_changes("phase_stay"),
        ]
        constraints = [
            ExclusionConstraint(
                name="in_one_phase_at_a_time",
                expressions=[only_one("partner_id"), only_one("enrolment_id"), (NIGHTS, "&&")],
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="phase_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(ended_on=None), Q(result="")), name="ended_phase_has_a_result"
            ),
            *same_partner("enrolment", "phase"),
            *own_rows(),
            *kept_in_step(),
            Recorded(record="phase_stay", partners=["partner_id"], about_person=True, leaves_out=["changed_in"]),
        ]

    def __str__(self) -> str:
        return f"phase stay {self.pk}"

    @property
    def days(self) -> int:
        """Days in the phase so far."""
        return ((self.ended_on or timezone.localdate()) - self.started_on).days

    @property
    def days_to_go(self) -> int:
        """Days until the person can move on; 0 from then on."""
        return max(self.phase.min_days - self.days, 0)


class Response(models.Model):
    """What followed on something that the person did: an incentive, a sanction or a change of treatment, and how soon."""

    class Kind(models.TextChoices):
        INCENTIVE = "incentive", _("Incentive")
        SANCTION = "sanction", _("Sanction")
        ADJUSTMENT = "adjustment", _("Change of treatment")

    class DecidedBy(models.TextChoices):
        COURT = "court", _("The court")
        TEAM = "team", _("The team together")
        US = "us", _("Our organisation")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="responses")
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    what = EncryptedTextField(_("what"))
    why = EncryptedTextField(_("what for"))
    decided_by = models.CharField(_("decided by"), max_length=5, choices=DecidedBy)
    hours_after = models.PositiveSmallIntegerField(
        _("hours after it happened"), null=True, blank=True, help_text=_("From what the person did to the response.")
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    removed_on = models.DateField(null=True, default=None)

    class Meta:
        verbose_name = _("response")
        indexes = [models.Index(fields=["enrolment", "-on", "-id"], name="response_of")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="sanction") | ~Q(decided_by="us"), name="sanctions_are_not_ours_alone"
            ),
            *same_partner("enrolment"),
            *own_rows(),
            written_by("recorded_by_id"),
            Recorded(record="response", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class Review(InStep):
    """A review of how somebody does in their phase, often a hearing: who was present, what was decided, and a note for the court.

    What the note says stays here until somebody sends it in a statement, by the person's consent.
    """

    class Present(models.TextChoices):
        PERSON = "person", _("The person")
        JUDGE = "judge", _("Judge")
        PROSECUTOR = "prosecutor", _("Prosecutor")
        DEFENCE = "defence", _("Defence")
        PROBATION = "probation", _("Probation service")
        TREATMENT = "treatment", _("Treatment")
        FAMILY = "family", _("Family")

    class Decision(models.TextChoices):
        ADVANCE = "advance", _("Move on to the next phase")
        HOLD = "hold", _("Stay in this phase")
        BACK = "back", _("Move back a phase")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="reviews")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="+", verbose_name=_("phase"))
    held_on = models.DateField(_("held on"))
    is_hearing = models.BooleanField(_("a hearing in court"), default=False)
    present = ArrayField(models.CharField(max_length=10, choices=Present), default=list, verbose_name=_("present"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    note = EncryptedTextField(_("note for the court"), blank=True, default="")
    next_on = models.DateField(_("next review on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("review")
        indexes = [
            models.Index(fields=["enrolment", "-held_on", "-id"], name="review_of"),
            *indexes_of_changes("review"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on=None) | Q(next_on__gt=F("held_on")), name="next_review_is_later"
            ),
            *same_partner("enrolment", "phase"),
            *own_rows(),
            written_by("recorded_by_id"),
            *kept_in_step(),
            Recorded(record="review", partners=["partner_id"], about_person=True, leaves_out=["changed_in"]),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def present_names(self) -> list[str]:
        """Who was present, in words."""
        return [str(self.Present(code).label) for code in self.present]
