"""Lessons: a class that asks for a day, an officer who comes, a teacher who stays, and what pupils say. Pupils are counted, never named."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, PARTNER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from programs.catalogue.models import Programme
from programs.library.models import ResourceVersion

SEES_MATERIAL = """(resource_version_id is null or exists (
 select from programs_resourceversion v where v.id = resource_version_id))"""
"""Of a lesson plan: its material is one that its partner may read. Asked first, so that no error tells of one that it may not."""


def new_token() -> str:
    """The secret part of the address at which a class answers: 128 bits."""
    return secrets.token_urlsafe(16)


class LessonPlan(models.Model):
    """What a lesson consists of. It is always part of a programme: a visit by itself changes nothing."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="lesson_plans",
        verbose_name=_("part of"),
        help_text=_("The programme that goes on before and after the lesson."),
    )
    title = models.CharField(_("title"), max_length=150)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=45)
    age_from = models.PositiveSmallIntegerField(_("youngest age"), default=13)
    age_to = models.PositiveSmallIntegerField(_("oldest age"), default=16)
    activities = models.TextField(_("what happens in it"), max_length=4000)
    material = models.CharField(
        _("material"), max_length=200, blank=True, help_text=_("Its name and edition, so that everybody has the same.")
    )
    resource_version = models.ForeignKey(
        ResourceVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("material from the library"),
        help_text=_("This very version: whoever gives the lesson has the same, also when a newer one is out."),
    )
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("lesson plan")
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "title"],
                name="lesson_plan_titled_once",
                violation_error_message=_("You have a lesson plan of this title already."),
            ),
            models.CheckConstraint(
                condition=Q(age_from__lte=F("age_to")),
                name="lesson_ages_in_order",
                violation_error_message=_("The youngest age is above the oldest."),
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="lesson_takes_time"),
            known_by_owner("partner", name="lesson_plan_of_partner"),
            *same_partner("programme"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=f"{OWN} and {SEES_MATERIAL}"),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN, check=f"{OWN} and {SEES_MATERIAL}"),
            Recorded(record="lesson_plan"),
        ]

    def __str__(self) -> str:
        return self.title


class LessonQuerySet(models.QuerySet["Lesson"]):
    def seen_by(self, acting: Acting) -> LessonQuerySet:
        """Those that the acting partner asked for, gives, or has the plan of."""
        mine = acting.partner
        return self.filter(Q(partner=mine) | Q(unit=mine) | Q(plan_partner=mine))


class Lesson(models.Model):
    """A lesson of one class. The partner is the school; the unit is that of the police."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("lesson", "Asked for")
        ASSIGNED = "assigned", pgettext_lazy("lesson", "Officer assigned")
        HELD = "held", pgettext_lazy("lesson", "Held")
        CANCELLED = "cancelled", pgettext_lazy("lesson", "Cancelled")

    OPEN = (State.ASKED, State.ASSIGNED)
    MOST_PUPILS = 200

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("school"))
    unit = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("police unit"))
    plan_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    plan = models.ForeignKey(LessonPlan, models.PROTECT, related_name="lessons", verbose_name=_("lesson plan"))
    class_name = models.CharField(_("class"), max_length=40, help_text=_("For example: 8 B. Never names."))
    wanted_on = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_on = models.DateField(_("asked on"), default=timezone.localdate)
    officer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("officer"))
    without_certificate_because = models.CharField(_("reason without certificate"), max_length=300, blank=True)
    held_on = models.DateField(_("held on"), null=True)
    teacher_present = models.BooleanField(_("a teacher was present"), null=True)
    pupils = models.PositiveSmallIntegerField(_("pupils"), null=True)
    cancelled_why = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    token = models.CharField(max_length=30, unique=True, default=new_token)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["-wanted_on", "-id"]
        indexes = [
            models.Index(fields=["partner", "-wanted_on"], name="lessons_of_school"),
            models.Index(fields=["unit", "-wanted_on"], name="lessons_of_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "held"]) | Q(officer__isnull=False),
                name="somebody_gives_the_lesson",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_on__isnull=False, teacher_present=True, pupils__gte=1),
                name="lesson_held_with_a_teacher",
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(held_on__gte=F("asked_on")), name="lesson_asked_for_before_it_was_held"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancelled_why=""), name="cancelled_for_a_reason"
            ),
            SameOwner(field="plan", by={"plan_partner_id": "partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="parties_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or unit_id = {PARTNER} or plan_partner_id = {PARTNER})",
            ),
            Policy(
                name="school_asks",
                role="web",
                command="INSERT",
                using=f"{OWN} and state = 'asked' and officer_id is null and without_certificate_because = ''"
                " and held_on is null and teacher_present is null and pupils is null",
            ),
            written_by("asked_by_id"),
            Policy(name="parties_change", role="web", command="UPDATE", using=f"({OWN} or unit_id = {PARTNER})"),
            Fixed(
                columns=[
                    "partner_id", "unit_id", "plan_partner_id", "plan_id", "class_name", "wanted_on", "asked_by_id", "asked_on", "token",
                ],
                name="stays_as_asked",
            ),
            Fixed(
                columns=["officer_id", "without_certificate_because", "held_on", "teacher_present", "pupils"],
                when="current_user = 'portal_web' and old.unit_id is distinct from portal_acting_partner()",
                name="units",
            ),
            Fixed(
                columns=["state"],
                when="current_user = 'portal_web' and old.unit_id is distinct from portal_acting_partner() and new.state <> 'cancelled'",
                name="others_only_cancel",
            ),
            Fixed(columns=["state"], when="old.state in ('held', 'cancelled')", name="stays_over"),
            Recorded(record="lesson", partners=["partner_id", "unit_id"], leaves_out=["token"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan} · {self.class_name}"

    @property
    def is_open(self) -> bool:
        """Neither held nor cancelled."""
        return self.state in self.OPEN

    @property
    def is_due(self) -> bool:
        """Its day has come."""
        return self.wanted_on <= timezone.localdate()


class LessonFeedback(models.Model):
    """What one pupil says before or after a lesson: the day, two numbers, and nothing of who it was. The partner is the plan's.

    `portal_lesson_feedback` alone writes rows, and `portal_lesson_answers` alone reads them (programs/lessons/feedback.py).
    """

    class Moment(models.TextChoices):
        BEFORE = "before", _("Before the lesson")
        AFTER = "after", _("After the lesson")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    plan = models.ForeignKey(LessonPlan, models.PROTECT, related_name="feedback")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="feedback")
    moment = models.CharField(max_length=6, choices=Moment)
    knowledge = models.PositiveSmallIntegerField()
    fairness = models.PositiveSmallIntegerField()
    given_on = models.DateField()

    class Meta:
        verbose_name = _("answer to a lesson")
        indexes = [models.Index(fields=["plan", "moment"], name="feedback_of_plan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(knowledge__range=(1, 5), fairness__range=(1, 5)), name="feedback_of_one_to_five"
            ),
            models.CheckConstraint(condition=Q(moment__in=["before", "after"]), name="feedback_before_or_after"),
            *same_partner("plan"),
        ]

    def __str__(self) -> str:
        return f"{self.moment} {self.plan_id}"
