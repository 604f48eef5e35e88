"""Mentors of an organisation, the pairs that they are in, and when a pair was in touch.

All of it is the partner's alone. A mentor has no sign-in by being one: what is recorded of a pair, a caseworker records. So an officer who
mentors somebody writes nothing into the case and reads nothing of it: neither the officer nor the officer's unit sees a row.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, DateField, ExpressionWrapper, F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Goal
from cases.fellowships.models import Touchpoint
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import own_rows, written_by
from partnership.isolation.triggers import Asked, Fixed
from partnership.members.models import District, Partner, User
from programs.catalogue.models import LANGUAGES

CHECK_HOLDS_DAYS = 730
"""So old a check of somebody's background may be when a pair begins. The portal's own: no law says how often. `holding.py` has it too."""
MOST_PAIRS = 20


class MentorQuerySet(models.QuerySet["Mentor"]):
    def with_pairs(self) -> Any:
        """With how many pairs go on: `pairs_now`."""
        return self.annotate(pairs_now=Count("pairs", filter=Q(pairs__ended_on=None)))


class Mentor(models.Model):
    """Somebody who mentors for the organisation, and what is known of whom they may be paired with."""

    class Kind(models.TextChoices):
        PEER = "peer", _("Peer, of own experience")
        ADULT = "adult", _("Adult from working life")
        OFFICER = "officer", _("Police officer")
        VOLUNTEER = "volunteer", _("Volunteer")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    name = EncryptedTextField(_("name"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    background_checked_on = models.DateField(_("background checked on"), null=True, blank=True)
    qualified_until = models.DateField(_("qualified until"))
    max_pairs = models.PositiveSmallIntegerField(_("pairs at once, at most"), default=2)
    languages = ArrayField(
        models.CharField(max_length=10, choices=list(LANGUAGES.items())), verbose_name=_("languages"), default=list
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    from_age = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    to_age = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True)

    objects = MentorQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentor")
        constraints = [
            models.CheckConstraint(condition=Q(max_pairs__gte=1, max_pairs__lte=MOST_PAIRS), name="mentor_has_pairs"),
            models.CheckConstraint(
                condition=Q(from_age=None) | Q(to_age=None) | Q(to_age__gte=F("from_age")), name="mentor_ages_in_order"
            ),
            known_by_owner("partner", name="mentor_by_owner"),
            *own_rows(),
            Asked(function="portal_mentor_keeps_pairs", columns=["max_pairs", "ended_on"], name="keeps_pairs"),
            Fixed(columns=["partner_id"]),
            Fixed(columns=["ended_on"], when="old.ended_on is not null", name="ended_once"),
            Recorded(record="mentor", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def language_names(self) -> list[str]:
        return [str(LANGUAGES[code]) for code in self.languages]

    @property
    def checked_until(self) -> date | None:
        """The last day on which the check of the background counts."""
        return self.background_checked_on and self.background_checked_on + timedelta(days=CHECK_HOLDS_DAYS)


class MentorPairQuerySet(models.QuerySet["MentorPair"]):
    def with_next(self) -> Any:
        """With the last contact (`last_on`) and the day by which the next one is agreed (`next_by`); a pair whose day is over is quiet."""
        last = Max("contacts__on")
        agreed = ExpressionWrapper(Coalesce(last, F("started_on")) + F("agreed_every_days"), output_field=DateField())
        return self.annotate(last_on=last, next_by=agreed)


class MentorPair(models.Model):
    """A participation and a mentor, who have agreed to be in touch every so many days. Its end is final; another pair may follow."""

    class EndReason(models.TextChoices):
        REACHED = "reached", _("Ended as agreed")
        PERSON = "person", _("Person: did not want to go on")
        MENTOR = "mentor", _("Mentor: could not go on")
        NO_MATCH = "no_match", _("They did not suit each other")
        SAFETY = "safety", _("For somebody’s safety")
        PARTICIPATION = "participation", _("The participation ended")

    class Guardian(models.TextChoices):
        AGREED = "agreed", _("The guardian agreed")
        ALONE = "alone", _("The young person can decide alone")
        BARRED = "barred", _("The young person does not let the guardian be told")
        RISK = "risk", _("The guardian is a danger")
        NONE = "none", _("There is no guardian in the country")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="mentor_pairs")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="pairs")
    agreed_every_days = models.PositiveSmallIntegerField(_("in touch every so many days"), default=7)
    guardian = models.CharField(_("guardian"), max_length=10, choices=Guardian, blank=True, default="")
    started_on = models.DateField(_("start"), default=timezone.localdate)
    ended_on = models.DateField(_("ended on"), null=True)
    end_reason = models.CharField(_("reason for ending"), max_length=20, choices=EndReason, blank=True, default="")

    objects = MentorPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentor pair")
        indexes = [models.Index(fields=["mentor"], condition=Q(ended_on=None), name="pairs_now")]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "partner"], condition=Q(ended_on=None), name="one_mentor_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(agreed_every_days__gte=1, agreed_every_days__lte=90), name="pair_meets_within_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="pair_ends_after_start"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(ended_on=None), Q(end_reason="")), name="ended_pair_has_a_reason"
            ),
            known_by_owner("partner", name="mentor_pair_by_owner"),
            *same_partner("enrolment", "mentor"),
            *own_rows(),
            Asked(function="portal_pair_may_begin", columns=["mentor_id"], name="may_begin"),
            Fixed(columns=["partner_id", "enrolment_id", "mentor_id", "guardian", "started_on"]),
            Fixed(columns=["ended_on", "end_reason"], when="old.ended_on is not null", name="ended_once"),
            Recorded(record="mentor_pair", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"mentor pair {self.pk}"


class MentorContact(models.Model):
    """A mentor and the person in touch, as the mentor told it. A concern is for who is responsible for the person."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    pair = models.ForeignKey(MentorPair, models.CASCADE, related_name="contacts")
    on = models.DateField(_("date"), default=timezone.localdate)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    mode = models.CharField(_("how"), max_length=10, choices=Touchpoint.Kind)
    topic = models.CharField(_("topic"), max_length=20, choices=Goal.Area)
    concern = EncryptedTextField(_("concern"), blank=True, default="")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("contact of a mentor")
        indexes = [models.Index(fields=["pair", "-on", "-id"], name="mentor_contact_of")]
        constraints = [
            *same_partner("pair"),
            *own_rows(),
            written_by("recorded_by_id"),
            Recorded(record="mentor_contact", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"contact of a mentor {self.pk}"
