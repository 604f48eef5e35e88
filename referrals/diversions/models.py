"""Diversion agreements: deadline and conditions, their progress and outcome, and the decision on it.

Conditions and reasons are rows of their own, which only the two parties see.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import OneOfOwner, known_by_owner, same_parties
from partnership.isolation.policies import COORDINATOR, PARTY, RECEIVER, SENDER, Policy, jobs_read, rows_of_two_parties
from partnership.isolation.triggers import Bury, Touch
from partnership.members.models import Partner, User
from referrals.handover.models import Referral, jobs_write_as_receiver

SENT = f"({SENDER} or ({RECEIVER} and is_sent))"
"""Rows that a party sees: all of the sender's, and of the receiver's those that were sent."""


class DiversionQuerySet(models.QuerySet["DiversionAgreement"]):
    def seen_by(self, acting: Acting) -> DiversionQuerySet:
        """What the acting partner may see: as a party; a coordinator sees all that were sent."""
        if acting.role == "coordinator":
            return self.filter(is_sent=True)
        if acting.role not in {"caseworker", "case_manager", "police_liaison"}:
            return self.none()
        mine = acting.partner.pk
        return self.filter(Q(from_partner=mine) | Q(to_partner=mine, is_sent=True))


class DiversionAgreement(models.Model):
    """What a diverted person agreed to do instead of charge or booking; its outcome; the liaison's decision on it.

    Counts and dates only: the content of treatment never leaves the NGO.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        COMPLETED = "completed", _("Conditions met")
        PARTLY = "partly", _("Conditions partly met")
        NOT_COMPLETED = "not_completed", _("Conditions not met")
        WITHDRAWN = "withdrawn", _("Diversion withdrawn")

    class Decision(models.TextChoices):
        NONE = "", _("Not decided yet")
        NO_FURTHER_ACTION = "no_further_action", _("No further action")
        CHARGE_DROPPED = "charge_dropped", _("Charge dropped")
        CHARGE_REDUCED = "charge_reduced", _("Charge reduced")
        RETURNED = "returned_to_prosecutor", _("Returned to the prosecutor")

    referral = OneOfOwner(Referral, models.PROTECT, related_name="diversion")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    deadline = models.DateField(_("deadline"))
    breached_on = models.DateField(_("breach reported"), null=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True, default="")
    outcome_at = models.DateTimeField(null=True)
    decision = models.CharField(_("decision"), max_length=30, choices=Decision, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    is_sent = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")
    changed_in = TransactionField()

    objects = DiversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("diversion")
        indexes = [
            models.Index(fields=["from_partner", "deadline", "id"], name="diversion_unit"),
            models.Index(fields=["to_partner", "deadline", "id"], name="diversion_ngo"),
            models.Index(fields=["deadline", "id"], name="diversion_deadline"),
            models.Index(fields=["from_partner", "id"], name="diversion_from_by_id"),
            models.Index(fields=["to_partner", "id"], name="diversion_to_by_id"),
            models.Index(fields=["from_partner", "changed_in", "id"], name="diversion_from_marks"),
            models.Index(fields=["to_partner", "changed_in", "id"], name="diversion_to_marks"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(outcome=""), Q(outcome_at=None)), name="outcome_has_a_time"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(decision=""), Q(decided_at=None)), name="decision_has_a_time"
            ),
            models.CheckConstraint(condition=Q(decision="") | ~Q(outcome=""), name="decided_after_outcome"),
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="diverted_once"),
            known_by_owner("from_partner", "to_partner", name="diversion_by_parties"),
            *same_parties("referral"),
            *rows_of_two_parties(SENT, draft="not is_sent"),
            Policy(name="coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and is_sent"),
            *jobs_read(),
            Touch(),
            Mark(),
            Bury(seen_by="from_partner_id"),
        ]

    def __str__(self) -> str:
        return f"{_('Diversion')} {self.referral_id}"

    @property
    def status(self) -> str:
        """open, due_soon (14 days), overdue, awaiting_decision or decided."""
        if self.decision:
            return "decided"
        if self.outcome:
            return "awaiting_decision"
        days = (self.deadline - timezone.localdate()).days
        return "overdue" if days < 0 else "due_soon" if days <= DUE_SOON_DAYS else "open"


DUE_SOON_DAYS = 14
STATUSES = {
    "overdue": _("Overdue"),
    "due_soon": _("Due soon"),
    "open": _("Open"),
    "awaiting_decision": _("Awaiting decision"),
    "decided": _("Decided"),
}


class Condition(models.Model):
    """One condition of a diversion: what, how often, by when; how far it is met."""

    class Kind(models.TextChoices):
        SESSIONS = "sessions", _("Attend sessions")
        ASSESSMENT = "assessment", _("Come to an assessment")
        RESTITUTION = "restitution", _("Make good the damage")
        STAY_CLEAR = "stay_clear", _("Stay clear of an area")
        OTHER = "other", _("Other")

    diversion = models.ForeignKey(DiversionAgreement, models.CASCADE, related_name="conditions")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(_("condition"), max_length=20, choices=Kind)
    detail = EncryptedTextField(_("detail"), owner="from_partner", blank=True)
    target = models.PositiveSmallIntegerField(_("how many"), default=1)
    done = models.PositiveSmallIntegerField(_("done"), default=0)
    reported_on = models.DateField(_("last reported"), null=True)
    is_sent = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(target__gte=1), name="condition_asks_for_something"),
            *same_parties("diversion"),
            *rows_of_two_parties(SENT, draft="not is_sent"),
            # Jobs report attended sessions on behalf of the NGO, and read no text.
            *jobs_read(
                "id",
                "diversion_id",
                "from_partner_id",
                "to_partner_id",
                "kind",
                "target",
                "done",
                "reported_on",
                "is_sent",
            ),
            *jobs_write_as_receiver("UPDATE", "done", "reported_on"),
        ]

    def __str__(self) -> str:
        return f"condition {self.pk}"

    @property
    def is_met(self) -> bool:
        return self.done >= self.target

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.target)


class Decision(models.Model):
    """The liaison's reasons for a decision: the parties' alone."""

    diversion = OneOfOwner(DiversionAgreement, models.CASCADE, related_name="decision_note")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    reasons = EncryptedTextField(_("reasons"), owner="from_partner")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diversion", "from_partner", "to_partner"], name="decided_once"),
            *same_parties("diversion"),
            *rows_of_two_parties(PARTY),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


def with_status(queryset: Any, status: str) -> Any:
    """The diversions in one status, as `DiversionAgreement.status` tells it."""
    today = timezone.localdate()
    soon = today + timedelta(days=DUE_SOON_DAYS)
    match status:
        case "overdue":
            return queryset.filter(outcome="", deadline__lt=today)
        case "due_soon":
            return queryset.filter(outcome="", deadline__range=(today, soon))
        case "open":
            return queryset.filter(outcome="", deadline__gt=soon)
        case "awaiting_decision":
            return queryset.exclude(outcome="").filter(decision="")
        case "decided":
            return queryset.exclude(decision="")
        case _:
            return queryset
