"""Fellowships: a mentor, milestones on the way out of violence or dealing, and a stipend for those who reach them.

All of it is the partner's alone. Police see no plan, no milestone and no money; nor does anybody who paid for it learn for whom.
A stipend is asked for by one and approved by another: the approval is a row of its own, signed by who wrote it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Goal
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import OWN, ROLE, Policy, own_rows, written_by
from partnership.isolation.policies import Grant as Privilege
from partnership.isolation.triggers import Asked, Fixed
from partnership.members.models import Partner, User
from programs.catalogue.models import Programme
from programs.grants.models import Grant

MOST_MONTHS = 36
BY_CASE_MANAGER = f"{OWN} and {ROLE} = 'case_manager'"


class Fellowship(models.Model):
    """A participation as a fellowship: for so many months, with a mentor."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="fellowships")
    started_on = models.DateField(_("start"), default=timezone.localdate)
    months = models.PositiveSmallIntegerField(_("months"))
    mentor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("mentor"))
    second_mentor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("second mentor")
    )

    class Meta:
        verbose_name = _("fellowship")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "partner"], name="one_fellowship_a_participation"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=MOST_MONTHS), name="fellowship_lasts_months"),
            models.CheckConstraint(
                condition=Q(second_mentor=None) | ~Q(second_mentor=F("mentor")), name="mentors_are_two_people"
            ),
            known_by_owner("partner", name="fellowship_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            Recorded(record="fellowship", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"fellowship {self.pk}"

    def month_on(self, day: date) -> int:
        """In which month it is on a day: 1 from its first day on, the next one from the same day of the next month on, at most its
        last."""
        months = (day.year - self.started_on.year) * 12 + day.month - self.started_on.month
        passed = months - (day.day < self.started_on.day)
        return min(max(passed, 0) + 1, self.months)

    @property
    def month(self) -> int:
        """In which month it is today."""
        return self.month_on(timezone.localdate())


class Milestone(models.Model):
    """Something to reach, in the person's own plan; reached is what somebody of the partner has confirmed."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    fellowship = models.ForeignKey(Fellowship, models.CASCADE, related_name="milestones")
    area = models.CharField(_("area"), max_length=20, choices=Goal.Area)
    text = EncryptedTextField(_("milestone"))
    due_on = models.DateField(_("by"), null=True, blank=True)
    reached_on = models.DateField(_("reached on"), null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("milestone")
        indexes = [models.Index(fields=["fellowship", "due_on", "id"], name="milestone_of")]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(reached_on=None), Q(confirmed_by=None)), name="somebody_confirmed_it"
            ),
            *same_partner("fellowship"),
            *own_rows(),
            Recorded(record="milestone", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"milestone {self.pk}"


class Touchpoint(models.Model):
    """A mentor and the person in touch."""

    class Kind(models.TextChoices):
        MET = "met", _("Met")
        CALL = "call", _("Call")
        MESSAGE = "message", _("Message")
        OUTING = "outing", _("Went somewhere together")
        GROUP = "group", _("Group")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    fellowship = models.ForeignKey(Fellowship, models.CASCADE, related_name="touchpoints")
    on = models.DateField(_("date"), default=timezone.localdate)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("touchpoint")
        indexes = [models.Index(fields=["fellowship", "-on", "-id"], name="touchpoint_of")]
        constraints = [
            *same_partner("fellowship"),
            *own_rows(),
            written_by("recorded_by_id"),
            Recorded(record="touchpoint", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"touchpoint {self.pk}"


class StipendRule(models.Model):
    """What a programme pays: from which month of a fellowship on, at most how much a month, and for how many milestones reached by
    then. The rule of a month is the last one that begins by it; before the first one nothing is paid."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    from_month = models.PositiveSmallIntegerField(_("from month"), validators=[MinValueValidator(1)])
    cap = models.DecimalField(
        _("at most, in euros a month"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    milestones_needed = models.PositiveSmallIntegerField(_("milestones reached by then"), default=0)

    class Meta:
        verbose_name = _("rule of stipends")
        constraints = [
            models.UniqueConstraint(fields=["programme", "from_month", "partner"], name="one_rule_a_month"),
            models.CheckConstraint(condition=Q(from_month__gte=1, cap__gt=0), name="rule_pays_from_a_month"),
            *same_partner("programme"),
            *own_rows(),
            Recorded(record="stipend_rule", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"rule of stipends {self.pk}"


class StipendQuerySet(models.QuerySet["Stipend"]):
    def to_approve(self) -> StipendQuerySet:
        """Those that nobody has approved yet."""
        return self.filter(approval=None)

    def to_pay(self) -> StipendQuerySet:
        """Approved and not paid yet."""
        return self.filter(approval__isnull=False, approval__paid_on=None)


class Stipend(models.Model):
    """What is asked for a month of a fellowship. Asked once: an amount that is wrong is taken away and asked for anew."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    fellowship = models.ForeignKey(Fellowship, models.CASCADE, related_name="stipends")
    month = models.PositiveSmallIntegerField(_("month of the fellowship"))
    amount = models.DecimalField(_("euros"), max_digits=8, decimal_places=2)
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paid from the grant")
    )
    paid_from = models.CharField(
        _("paid from"), max_length=120, blank=True, help_text=_("The account, where it is none of your grants.")
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_on = models.DateField(_("asked on"), default=timezone.localdate)

    objects = StipendQuerySet.as_manager()

    class Meta:
        verbose_name = _("stipend")
        constraints = [
            models.UniqueConstraint(fields=["fellowship", "month", "partner"], name="one_stipend_a_month"),
            models.CheckConstraint(condition=Q(amount__gt=0, month__gte=1), name="stipend_is_money_of_a_month"),
            known_by_owner("partner", "asked_by", name="stipend_by_owner"),
            *same_partner("fellowship", "grant"),
            *own_rows(),
            written_by("asked_by_id"),
            Asked(function="portal_stipend_within_rule", columns=["amount"], name="within_rule"),
            Fixed(
                columns=[
                    "partner_id",
                    "fellowship_id",
                    "month",
                    "amount",
                    "grant_id",
                    "paid_from",
                    "asked_by_id",
                    "asked_on",
                ],
            ),
            Recorded(record="stipend", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"stipend {self.pk}"


class StipendApproval(models.Model):
    """That a case manager who did not ask for a stipend approved it, and when it was paid: without an approval nothing can be.

    No page deletes one, or what was paid could be asked for again. It goes when the person is erased, by a trigger (migration 0034).
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    # The database keeps a stipend that is approved; no page deletes an approval, not even along with it.
    stipend = OneOfOwner(Stipend, models.DO_NOTHING, related_name="approval")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_on = models.DateField(_("approved on"), default=timezone.localdate)
    paid_on = models.DateField(_("paid on"), null=True)

    class Meta:
        verbose_name = _("approval of a stipend")
        constraints = [
            models.UniqueConstraint(fields=["stipend", "partner"], name="approved_once"),
            models.CheckConstraint(condition=~Q(approved_by=F("asked_by")), name="approved_by_another"),
            models.CheckConstraint(
                condition=Q(paid_on=None) | Q(paid_on__gte=F("approved_on")), name="paid_once_approved"
            ),
            SameOwner(field="stipend", by={"partner_id": "partner_id", "asked_by_id": "asked_by_id"}),
            Privilege(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="own_read", role="web", command="SELECT", using=OWN),
            Policy(name="managed_insert", role="web", command="INSERT", using=BY_CASE_MANAGER),
            Policy(name="managed_update", role="web", command="UPDATE", using=BY_CASE_MANAGER),
            written_by("approved_by_id"),
            Fixed(columns=["partner_id", "stipend_id", "asked_by_id", "approved_by_id", "approved_on"]),
            Fixed(columns=["paid_on"], when="old.paid_on is not null", name="paid_once"),
            Recorded(record="stipend_approval", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"
