"""Diversion agreements: deadline and conditions, their progress and outcome, and the decision on it.

Conditions are rows of their own, which only the two parties see. A prosecutor or court to whom a diversion is addressed sees its
row, whose case it is (`Case`) and the reasons for the decision, and nothing else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY, DaysField
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import OneOfOwner, SameOwner, known_by_owner, same_parties
from partnership.isolation.policies import (
    COORDINATOR,
    MY_DIVERSIONS,
    PARTNER,
    PARTY,
    READ_AND_WRITE,
    RECEIVER,
    SENDER,
    Grant,
    Policy,
    jobs_read,
    person_reads,
    rows_of_two_parties,
)
from partnership.isolation.triggers import Bury, Fixed, Touch
from partnership.members.models import REFERRING_ROLES, Partner, Role, User
from referrals.handover.covering import OpenWhile
from referrals.handover.models import Referral, jobs_write_as_receiver
from referrals.handover.transitions import CLOSED_STATES, OPEN_STATES, State

SENT = f"({SENDER} or ({RECEIVER} and is_sent))"
"""Rows that a party sees: all of the sender's, and of the receiver's those that were sent."""
AUTHORITY = f"authority_id = {PARTNER}"
"""Rows addressed to the acting partner, which decides."""
OPEN = f"open_days @> {TODAY}"


class DiversionQuerySet(models.QuerySet["DiversionAgreement"]):
    def seen_by(self, acting: Acting) -> DiversionQuerySet:
        """What the acting partner may see: as a party; a prosecutor or court those that are addressed to it; a coordinator all
        that were sent."""
        if acting.role == Role.COORDINATOR:
            return self.filter(is_sent=True)
        if acting.role not in REFERRING_ROLES:
            return self.none()
        mine = acting.partner.pk
        return self.filter(Q(from_partner=mine) | Q(to_partner=mine, is_sent=True) | Q(authority=mine, is_sent=True))


class Authority(models.TextChoices):
    """Who may decide on a diversion, by the code of the partner's kind."""

    POLICE = Partner.Kind.POLICE.value, _("Police")
    PROSECUTOR = Partner.Kind.PROSECUTOR.value, _("Prosecutor")
    COURT = Partner.Kind.COURT.value, _("Court")


ADDRESSED_KINDS = (Partner.Kind.PROSECUTOR, Partner.Kind.COURT)
"""To whom a diversion can be addressed for the decision."""


def acting_for_another(whose: str) -> str:
    """SQL of a `Fixed` rule: a page acts for another partner than `whose` says, SQL on the old row."""
    return f"current_user = 'portal_web' and {whose} is distinct from portal_acting_partner()"


class DiversionAgreement(models.Model):
    """What a diverted person agreed to do instead of charge or booking; its outcome; the decision on it, by the authority that may
    take it: the unit that diverted, or the prosecutor or court to whom it is addressed.

    Counts and dates only: the content of treatment never leaves the NGO.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        COMPLETED = "completed", _("Conditions met")
        PARTLY = "partly", _("Conditions partly met")
        NOT_COMPLETED = "not_completed", _("Conditions not met")
        WITHDRAWN = "withdrawn", _("Diversion withdrawn")

    class TalkWith(models.TextChoices):
        GUARDIAN = "guardian", _("A guardian")
        SOCIAL_WORKER = "social_worker", _("A social worker")
        BOTH = "both", _("A guardian and a social worker")

    class Decision(models.TextChoices):
        NONE = "", _("Not decided yet")
        NO_FURTHER_ACTION = "no_further_action", _("No further action")
        CHARGE_DROPPED = "charge_dropped", _("Charge dropped")
        CHARGE_REDUCED = "charge_reduced", _("Charge reduced")
        CHARGE_BROUGHT = "charge_brought", _("Charge brought")
        RETURNED = "returned_to_prosecutor", _("Returned to the prosecutor")

    referral = OneOfOwner(Referral, models.PROTECT, related_name="diversion")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    offence = models.CharField(_("offence"), max_length=6, blank=True, default="", help_text="ICCS 1.0")
    is_first_time = models.BooleanField(_("first offence"), null=True)
    talk_on = models.DateField(_("talk held on"), null=True)
    talk_with = models.CharField(_("present at the talk"), max_length=20, choices=TalkWith, blank=True, default="")
    deadline = models.DateField(_("deadline"))
    breached_on = models.DateField(_("breach reported"), null=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True, default="")
    outcome_at = models.DateTimeField(null=True)
    decision = models.CharField(_("decision"), max_length=30, choices=Decision, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(_("decided by"), max_length=20, choices=Authority, blank=True, default="")
    section = models.CharField(_("section of law"), max_length=60, blank=True, default="")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    authority = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("prosecutor or court that decides")
    )
    is_sent = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")
    changed_in = TransactionField()
    open_days = DaysField(
        help_text="On which its deadline runs and its receiver reports: the covered days of its referral, until that is declined,"
        " withdrawn or ended early."
    )

    objects = DiversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("diversion")
        indexes = [
            models.Index(fields=["from_partner", "deadline", "id"], name="diversion_unit"),
            models.Index(fields=["to_partner", "deadline", "id"], name="diversion_ngo"),
            models.Index(fields=["deadline", "id"], name="diversion_deadline"),
            models.Index(fields=["from_partner", "id"], name="diversion_from_by_id"),
            models.Index(fields=["to_partner", "id"], name="diversion_to_by_id"),
            models.Index(
                fields=["authority", "deadline", "id"], condition=Q(authority__isnull=False), name="diversion_authority"
            ),
            models.Index(fields=["from_partner", "changed_in", "id"], name="diversion_from_marks"),
            models.Index(fields=["to_partner", "changed_in", "id"], name="diversion_to_marks"),
            models.Index(
                fields=["authority", "changed_in", "id"],
                condition=Q(authority__isnull=False),
                name="diversion_authority_marks",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(outcome=""), Q(outcome_at=None)), name="outcome_has_a_time"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(decision=""), Q(decided_at=None)), name="decision_has_a_time"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(talk_on=None), Q(talk_with="")), name="somebody_was_at_the_talk"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(decision=""), Q(decided_by="")), name="decision_has_an_authority"
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["charge_dropped", "charge_reduced", "charge_brought"])
                | Q(decided_by__in=["prosecutor", "court"]),
                name="charges_are_the_prosecutors",
            ),
            Fixed(columns=["outcome", "breached_on"], when=f"not old.{OPEN}", name="reported_while_open"),
            Fixed(columns=["decision"], when=f"old.outcome = '' and old.{OPEN}", name="decided_when_over"),
            OpenWhile(states=[*OPEN_STATES, State.COMPLETED]),
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="diverted_once"),
            known_by_owner("from_partner", "to_partner", name="diversion_by_parties"),
            known_by_owner("from_partner", "authority", name="diversion_by_authority"),
            known_by_owner("to_partner", name="diversion_by_receiver"),
            *same_parties("referral"),
            *rows_of_two_parties(SENT, draft="not is_sent"),
            Policy(name="coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and is_sent"),
            Policy(name="authority_reads", role="web", command="SELECT", using=f"{AUTHORITY} and is_sent"),
            Policy(name="authority_decides", role="web", command="UPDATE", using=f"{AUTHORITY} and is_sent"),
            # Each of those who change the row changes what is theirs.
            Fixed(
                columns=["deadline", "is_sent", "authority_id", "offence", "is_first_time", "talk_on", "talk_with"],
                when=acting_for_another("old.from_partner_id"),
                name="senders",
            ),
            Fixed(
                columns=["outcome", "outcome_at", "breached_on"],
                when=acting_for_another("old.to_partner_id"),
                name="receivers",
            ),
            Fixed(
                columns=["decision", "decided_at", "decided_by", "section", "recorded_by_id"],
                when=acting_for_another("coalesce(old.authority_id, old.from_partner_id)"),
                name="deciders",
            ),
            *jobs_read(),
            *person_reads(
                "id",
                "referral_id",
                "from_partner_id",
                "deadline",
                "outcome",
                "decision",
                "is_sent",
                "open_days",
                using=f"id = {MY_DIVERSIONS}",
            ),
            Touch(),
            Mark(),
            Bury(seen_by="from_partner_id"),
        ]

    def __str__(self) -> str:
        return f"{_('Diversion')} {self.referral_id}"

    @property
    def offence_label(self) -> str:
        """The offence in words; empty where none was said."""
        return iccs.label(self.offence) if self.offence else ""

    @property
    def is_open(self) -> bool:
        """Whether its deadline runs: the referral is neither declined, withdrawn nor ended early, and consent and agreement cover it
        today."""
        return timezone.localdate() in self.open_days

    @property
    def is_to_decide(self) -> bool:
        """Whether the decision can be taken: after the outcome, or after the diversion ended without one."""
        return self.is_sent and not self.decision and bool(self.outcome or not self.is_open)

    @property
    def status(self) -> str:
        """draft, open, due_soon (14 days), overdue, awaiting_decision, ended (with its referral, without an outcome) or decided."""
        if self.decision:
            return "decided"
        if self.outcome:
            return "awaiting_decision"
        if not self.is_sent:
            return "draft"
        if not self.is_open:
            return "ended"
        days = (self.deadline - timezone.localdate()).days
        return "overdue" if days < 0 else "due_soon" if days <= DUE_SOON_DAYS else "open"

    @property
    def shown_referral(self) -> Referral | None:
        """None to a prosecutor or court, to whom the database shows the diversion alone."""
        try:
            referral: Referral = self.referral
        except Referral.DoesNotExist:
            return None
        return referral

    @property
    def ended_with(self) -> str | Promise:
        """What ended it without an outcome, in words. Of a diversion whose status is “ended”."""
        if self.referral.state in CLOSED_STATES:
            return str(self.referral.get_state_display())
        return _("Consent or agreement ended")


DUE_SOON_DAYS = 14
TAKEN_BY: dict[str, tuple[Authority, ...]] = {
    DiversionAgreement.Decision.NO_FURTHER_ACTION: (Authority.POLICE,),
    DiversionAgreement.Decision.CHARGE_DROPPED: (Authority.PROSECUTOR, Authority.COURT),
    DiversionAgreement.Decision.CHARGE_REDUCED: (Authority.PROSECUTOR, Authority.COURT),
    DiversionAgreement.Decision.CHARGE_BROUGHT: (Authority.PROSECUTOR,),
    DiversionAgreement.Decision.RETURNED: (Authority.POLICE, Authority.COURT),
}
"""Which authority may take which decision. Finland: the police waive measures (Preliminary Investigation Act 3:9), a prosecutor
charges or waives charges (Act on Criminal Procedure 1:6–8, Criminal Code 50:7), a court dismisses, mitigates or hands back."""
WITH_AUTHORITY = {"from_partner_id": "from_partner_id", "authority_id": "authority_id"}
STATUSES = {
    "overdue": _("Overdue"),
    "due_soon": _("Due soon"),
    "open": _("Open"),
    "awaiting_decision": _("Awaiting decision"),
    "ended": _("Ended"),
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
            *person_reads(
                "id",
                "diversion_id",
                "from_partner_id",
                "kind",
                "detail",
                "target",
                "done",
                using=f"diversion_id = {MY_DIVERSIONS}",
            ),
        ]

    def __str__(self) -> str:
        return f"condition {self.pk}"

    @property
    def is_met(self) -> bool:
        return self.done >= self.target

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.target)


class Case(models.Model):
    """Whose case it is and under which number, as the unit that diverted tells the prosecutor or court that decides. All else that
    these see is the diversion itself: no condition, no count, no programme, no message."""

    diversion = OneOfOwner(DiversionAgreement, models.CASCADE, related_name="case")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    authority = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    identity_code = EncryptedTextField(_("personal identity code"), owner="from_partner", blank=True)
    number = EncryptedTextField(_("case number"), owner="from_partner", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diversion", "from_partner"], name="one_case_a_diversion"),
            SameOwner(field="diversion", by=WITH_AUTHORITY, follows=True),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="sender", role="web", using=SENDER),
            Policy(name="authority_reads", role="web", command="SELECT", using=AUTHORITY),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")


class Decision(models.Model):
    """The reasons for a decision: the parties' and the deciding authority's alone."""

    diversion = OneOfOwner(DiversionAgreement, models.CASCADE, related_name="decision_note")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    authority = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    reasons = EncryptedTextField(_("reasons"), owner="from_partner")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["diversion", "from_partner", "to_partner"], name="decided_once"),
            *same_parties("diversion"),
            SameOwner(field="diversion", by=WITH_AUTHORITY, name="own_authority"),
            *rows_of_two_parties(PARTY),
            Policy(name="authority_reads", role="web", command="SELECT", using=AUTHORITY),
            Policy(name="authority_writes", role="web", command="INSERT", using=AUTHORITY),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


def with_status(queryset: Any, status: str) -> Any:
    """The diversions in one status, as `DiversionAgreement.status` tells it."""
    today = timezone.localdate()
    soon = today + timedelta(days=DUE_SOON_DAYS)
    running = queryset.filter(outcome="", open_days__include=today)
    match status:
        case "overdue":
            return running.filter(deadline__lt=today)
        case "due_soon":
            return running.filter(deadline__range=(today, soon))
        case "open":
            return running.filter(deadline__gt=soon)
        case "awaiting_decision":
            return queryset.exclude(outcome="").filter(decision="")
        case "ended":
            return queryset.filter(outcome="", decision="", is_sent=True).exclude(open_days__include=today)
        case "decided":
            return queryset.exclude(decision="")
        case _:
            return queryset
