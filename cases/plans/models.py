"""The plan of a participation: its goals' steps, that it was agreed and approved, and at the end what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Goal
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, same_partner
from partnership.isolation.policies import own_rows, written_by
from partnership.isolation.triggers import InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User


class Plan(InStep):
    """That the goals and steps of a participation are agreed with the person, and approved: the NGO's alone.

    `reported_on`: when the end report was written; each goal has its result then.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = OneOfOwner(Enrolment, models.CASCADE, related_name="plan")
    agreed_on = models.DateField(_("agreed with the person on"))
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("agreed by"))
    review_on = models.DateField(_("review on"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by"), default=None
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, default=None)
    reported_on = models.DateField(_("end report of"), null=True, default=None)
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("end report by"), default=None
    )
    summary = EncryptedTextField(_("summary"), blank=True, default="")

    class Meta:
        verbose_name = _("plan")
        indexes = [models.Index(fields=["partner", "review_on"], name="plan_review"), *indexes_of_changes("plan")]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "partner"], name="one_plan_an_enrolment"),
            models.CheckConstraint(
                condition=both_or_neither(Q(approved_by=None), Q(approved_at=None)), name="somebody_approved_the_plan"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(reported_by=None), Q(reported_on=None)), name="somebody_reported_the_end"
            ),
            *same_partner("enrolment"),
            *own_rows(),
            written_by("agreed_by_id"),
            *kept_in_step(),
            Recorded(record="plan", partners=["partner_id"], about_person=True, leaves_out=["changed_in"]),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Step(InStep):
    """Something to be done towards a goal: what, by whom, by when."""

    class Whose(models.TextChoices):
        PERSON = "person", _("The person")
        US = "us", _("Our team")
        OTHER = "other", _("Somebody else")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="steps")
    # Called otherwise in the table: the history of a goal tells of its steps as well, column by column.
    text = EncryptedTextField(_("step"), db_column="step")
    whose = models.CharField(_("who does it"), max_length=10, choices=Whose)
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("step")
        indexes = [models.Index(fields=["goal", "id"], name="step_list"), *indexes_of_changes("step")]
        constraints = [
            *same_partner("goal"),
            *own_rows(),
            *kept_in_step(),
            Recorded(
                record="goal", partners=["partner_id"], about_person=True, number="goal_id", leaves_out=["changed_in"]
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.pk}"


# --- What is due: conditions on an enrolment ----------------------------------------------------------------------------------


def plan_to_approve() -> Exists:
    """The plan was agreed with the person, and nobody has approved it."""
    return Exists(Plan.objects.filter(enrolment=OuterRef("pk"), approved_at=None, reported_on=None))


def plan_to_review() -> Exists:
    """The day has come on which the plan is looked at again."""
    return Exists(Plan.objects.filter(enrolment=OuterRef("pk"), review_on__lte=timezone.localdate(), reported_on=None))


def step_late() -> Exists:
    """A step of a goal that counts is past its day and not done."""
    late = Step.objects.filter(done_on=None, due_on__lt=timezone.localdate(), goal__taken_back_at=None)
    return Exists(late.filter(goal__enrolment=OuterRef("pk"), goal__reached_on=None))
