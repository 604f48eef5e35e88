"""Agreements between partners: on which legal basis they exchange data, what they promise, and what may flow under each version.

An agreement is in force by its versions. Each is approved step by step, by managers of the partners that are asked; triggers ask who
comes next, and put in force what everybody has approved (`approving.py`). What a version names as a flow may leave (`flows.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.agreements.approving import OnDecision, OnState
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import before_2200, both_or_neither
from partnership.isolation.encrypted_fields import EncryptedBinaryField
from partnership.isolation.policies import (
    AUDITOR,
    COORDINATOR,
    EVERY_ROW,
    MANAGER,
    OWN,
    PARTNER,
    STAFF,
    USER,
    Grant,
    Policy,
    everybody_reads,
    written_by,
)
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

ENDED_BEFORE = "current_user = 'portal_web' and old.ended_on is not null"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, on: date | None = None) -> AgreementQuerySet:
        """Agreements that are in force on a day; today unless said."""
        on = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, ended_on=None)

    def between(self, one: Any, other: Any) -> AgreementQuerySet:
        """Agreements to which both partners are parties."""
        return self.filter(parties=one).filter(parties=other)


class Agreement(models.Model):
    """A data-sharing agreement (MoU) between partners. Without one in force nothing is disclosed between them."""

    class LegalBasis(models.TextChoices):
        CONSENT = "consent", _("Consent of the person (GDPR 6(1)(a), 9(2)(a))")
        PUBLIC_TASK = "public_task", _("Task in the public interest (GDPR 6(1)(e), 9(2)(h))")
        LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation (GDPR 6(1)(c))")

    title = models.CharField(_("title"), max_length=150)
    parties = models.ManyToManyField(Partner, related_name="agreements", verbose_name=_("parties"))
    legal_basis = models.CharField(_("legal basis"), max_length=30, choices=LegalBasis, default=LegalBasis.CONSENT)
    valid_from = models.DateField(_("valid from"), null=True, blank=True, help_text=_("Of its first version in force."))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Of its latest version in force."))
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    open_cases_run = models.BooleanField(
        _("open cases run to their end"),
        default=False,
        help_text=_(
            "When it ends, what was sent under it goes on until the referral is closed. Otherwise everything stops."
        ),
    )
    days_to_acknowledge = models.PositiveSmallIntegerField(_("days to acknowledge a referral"), default=2)
    days_to_accept = models.PositiveSmallIntegerField(_("days to accept or decline a referral"), default=7)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="agreement_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(days_to_accept__gte=F("days_to_acknowledge")),
                name="acknowledge_before_accept",
                violation_error_message=_(
                    "A referral is acknowledged before it is accepted: allow at least as many days to accept."
                ),
            ),
            *everybody_reads(f"({COORDINATOR} or {STAFF})"),
            *everybody_reads(f"({COORDINATOR} or {STAFF})", through="parties"),
            Fixed(columns=["ended_on", "open_cases_run"], when=ENDED_BEFORE, name="ended_once"),
            Recorded(record="agreement"),
            Recorded(record="agreement", through="parties", number="agreement_id"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        if self.ended_on or self.valid_from is None:
            return False
        return self.valid_from <= today and (self.valid_to is None or self.valid_to >= today)

    @property
    def parties_in_words(self) -> str:
        """Who the parties are, one after the other."""
        return " · ".join(partner.name for partner in self.parties.all())


IS_DRAFT = "exists (select from partnership_agreementversion v where v.id = version_id and v.state = 'draft')"
"""Of what belongs to a version: it can still be changed."""


def _of_draft() -> list[Any]:
    """Everybody reads the rows; the coordinator adds and removes them while their version is a draft."""
    return [
        Grant(role="web", privileges="SELECT, INSERT, DELETE"),
        Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
        Policy(name="drafted", role="web", command="INSERT", using=f"{COORDINATOR} and {IS_DRAFT}"),
        Policy(name="taken_out", role="web", command="DELETE", using=f"{COORDINATOR} and {IS_DRAFT}"),
    ]


class AgreementVersionQuerySet(models.QuerySet["AgreementVersion"]):
    def counting(self) -> AgreementVersionQuerySet:
        """Those that count today, as `counts_today` tells it: one of an agreement at most."""
        today = timezone.localdate()
        begun = self.filter(state=AgreementVersion.State.IN_FORCE, valid_from__lte=today)
        return begun.filter(Q(superseded_on=None) | Q(superseded_on__gt=today))


class AgreementVersion(models.Model):
    """What the parties agreed to, from a day on: a document, its days, and what may flow. Fixed once it is in force."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ASKED = "asked", _("Waiting for approval")
        REFUSED = "refused", _("Refused")
        IN_FORCE = "in_force", _("Approved")

    OPEN = (State.DRAFT, State.ASKED)
    """One of an agreement at a time."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    round = models.PositiveSmallIntegerField(
        default=1, help_text="Of approval: a version that was returned is asked for anew."
    )
    summary = models.TextField(_("what it is about"), blank=True, default="")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Empty: until further notice."))
    assessed_on = models.DateField(_("impact assessment made on"), null=True, blank=True)
    assessed_by = models.CharField(_("impact assessment made by"), max_length=120, blank=True, default="")
    in_force_since = models.DateTimeField(null=True, default=None, help_text="When it was approved. A trigger says so.")
    superseded_on = models.DateField(
        null=True, default=None, help_text="From which day on the next version counts. A trigger says so."
    )

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version of an agreement")
        verbose_name_plural = _("versions of agreements")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state__in=["draft", "asked"]), name="one_open_agreement_version"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="agreement_version_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            before_2200("valid_to", name="agreement_version_ends_some_day"),
            models.CheckConstraint(
                condition=both_or_neither(Q(assessed_on=None), Q(assessed_by="")),
                name="assessed_by_somebody_on_a_day",
                violation_error_message=_("Say both: who made the impact assessment, and when."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(state="in_force"), Q(in_force_since__isnull=False)),
                name="agreement_version_in_force_since",
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="drafted", role="web", command="INSERT", using=f"{COORDINATOR} and state = 'draft'"),
            Policy(
                name="worked_on",
                role="web",
                command="UPDATE",
                using=f"{COORDINATOR} and state in ('draft', 'asked')",
                check=COORDINATOR,
            ),
            Policy(name="thrown_away", role="web", command="DELETE", using=f"{COORDINATOR} and state = 'draft'"),
            Fixed(
                columns=["agreement_id", "number", "round", "in_force_since", "superseded_on"],
                when="current_user = 'portal_web'",
                name="fixed",
            ),
            Fixed(
                columns=["summary", "valid_from", "valid_to", "assessed_on", "assessed_by"],
                when="old.state <> 'draft'",
                name="fixed_when_asked",
            ),
            OnState(),
            Recorded(record="agreement", number="agreement_id"),
        ]

    def __str__(self) -> str:
        return str(_("Version %(number)s") % {"number": self.number})

    @property
    def is_open(self) -> bool:
        """A draft, or waiting for approval."""
        return self.state in self.OPEN

    @property
    def counts_today(self) -> bool:
        """Approved, begun, and no later version has taken its place; whether the agreement is in force is asked of the agreement."""
        today = timezone.localdate()
        is_over = self.superseded_on is not None and self.superseded_on <= today
        return self.state == self.State.IN_FORCE and today >= self.valid_from and not is_over

    @property
    def waiting_steps(self) -> list[ApprovalStep]:
        """Those that are asked and not answered yet."""
        return [step for step in self.steps.all() if step.is_waiting]


class DataFlow(models.Model):
    """That a kind of data may leave from one kind of partner to another, for a purpose. What no flow names does not leave."""

    class Purpose(models.TextChoices):
        DIVERSION = "diversion", _("Diversion and referral")
        FOLLOW_UP = "follow_up", _("Follow-up")
        STATISTICS = "statistics", _("Statistics")
        PROTECTION = "protection", _("Protection of somebody")

    class Category(models.TextChoices):
        """Never the content of treatment."""

        IDENTITY = "identity", _("Who it is")
        CONTACT = "contact", _("How to reach the person")
        SITUATION = "situation", _("The situation, and messages about it")
        ATTENDANCE = "attendance_counts", _("Attendance in counts and dates")
        OUTCOME = "outcome", _("How it ended")
        DECISION = "decision", _("Decision of the police")
        DISPOSAL = "disposal", _("Decision of a prosecutor or court")

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="flows")
    from_kind = models.CharField(_("from"), max_length=20, choices=Partner.Kind, blank=True, default="")
    to_kind = models.CharField(_("to"), max_length=20, choices=Partner.Kind, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    category = models.CharField(_("data"), max_length=20, choices=Category)

    class Meta:
        ordering = ["from_kind", "to_kind", "id"]
        verbose_name = _("data flow")
        verbose_name_plural = _("data flows")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "from_kind", "to_kind", "purpose", "category"], name="data_flow_named_once"
            ),
            *_of_draft(),
        ]

    def __str__(self) -> str:
        return str(self.get_category_display())

    @property
    def from_label(self) -> str:
        """From whom, in words."""
        return str(self.get_from_kind_display() or _("Any party"))

    @property
    def to_label(self) -> str:
        """To whom, in words."""
        return str(self.get_to_kind_display() or _("Any party"))


class ApprovalStep(models.Model):
    """One partner's part in approving a version. Steps of one `position` are asked at one time, the next when all of them approved."""

    class What(models.TextChoices):
        LEGAL = "legal", _("Legal review")
        DATA_PROTECTION = "data_protection", _("Data protection")
        COMMAND = "command", _("Command of the police")
        BOARD = "board", _("Board of the organisation")
        SIGNATURE = "signature", _("Signature")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned for changes")
        REFUSED = "refused", _("Refused")

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(
        _("order"),
        default=1,
        help_text=_("Steps of one number are asked at one time, the next when all have approved."),
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    what = models.CharField(_("what"), max_length=20, choices=What)
    days = models.PositiveSmallIntegerField(_("days to answer"), default=14)
    asked_at = models.DateTimeField(_("asked"), null=True, default=None)
    due_at = models.DateTimeField(_("answer due"), null=True, default=None)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, default=None)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", default=None)
    words = models.TextField(_("words"), blank=True, default="")

    class Meta:
        ordering = ["round", "position", "id"]
        verbose_name = _("step of approval")
        verbose_name_plural = _("steps of approval")
        indexes = [
            models.Index(
                fields=["partner", "due_at"], condition=Q(decision="", asked_at__isnull=False), name="approval_waits"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["version", "round", "partner", "what"], name="approval_step_once"),
            models.CheckConstraint(
                condition=both_or_neither(Q(decision=""), Q(decided_at=None)), name="approval_decided_at_a_moment"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(asked_at=None), Q(due_at=None)), name="approval_asked_until_a_day"
            ),
            models.CheckConstraint(condition=Q(decision="") | Q(asked_at__isnull=False), name="approval_asked_before"),
            models.CheckConstraint(
                condition=~Q(decision__in=["returned", "refused"]) | ~Q(words=""), name="approval_refused_with_words"
            ),
            models.CheckConstraint(condition=Q(position__gte=1, days__gte=1), name="approval_takes_days"),
            Grant(role="web", privileges="UPDATE", name="web_decides"),
            *_of_draft(),
            Policy(
                name="managers_decide",
                role="web",
                command="UPDATE",
                using=f"{OWN} and {MANAGER} and asked_at is not null",
                check=f"{OWN} and {MANAGER} and (decision = '' or decided_by_id = {USER})",
            ),
            Fixed(
                columns=["version_id", "round", "position", "partner_id", "what", "days", "asked_at", "due_at"],
                when="current_user = 'portal_web'",
                name="planned",
            ),
            Fixed(
                columns=["decision", "decided_at", "decided_by_id", "words"],
                when="old.decision <> ''",
                name="decided_once",
            ),
            OnDecision(),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.partner}"

    @property
    def is_waiting(self) -> bool:
        """Asked, and not answered yet."""
        return self.asked_at is not None and not self.decision

    @property
    def is_late(self) -> bool:
        """The answer was due by now."""
        return self.is_waiting and self.due_at is not None and self.due_at < timezone.now()

    @property
    def days_taken(self) -> int | None:
        """Whole days from asking to the decision, or until now where it is waited for; none before it is asked."""
        return ((self.decided_at or timezone.now()) - self.asked_at).days if self.asked_at else None


PARTY_OR_OFFICE = (
    f"({COORDINATOR} or {AUDITOR} or exists (select from partnership_agreementversion v join partnership_agreement_parties p"
    f" on p.agreement_id = v.agreement_id where v.id = version_id and p.partner_id = {PARTNER}))"
)
"""Of a file of a version: the acting partner is a party, or looks after all agreements."""


class AgreementFile(models.Model):
    """The document of a version, or its impact assessment: a PDF, encrypted, with the hash by which a copy is compared with it."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document")
        ASSESSMENT = "assessment", _("Impact assessment")

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    sha256 = models.CharField(max_length=64)
    content = EncryptedBinaryField(owner="version")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["kind"]
        verbose_name = _("file of an agreement")
        constraints = [
            models.UniqueConstraint(fields=["version", "kind"], name="one_agreement_file_a_kind"),
            Grant(role="web", privileges="SELECT, INSERT, DELETE"),
            Policy(name="parties_read", role="web", command="SELECT", using=PARTY_OR_OFFICE),
            Policy(name="drafted", role="web", command="INSERT", using=f"{COORDINATOR} and {IS_DRAFT}"),
            Policy(name="taken_out", role="web", command="DELETE", using=f"{COORDINATOR} and {IS_DRAFT}"),
            written_by("added_by_id"),
        ]

    def __str__(self) -> str:
        return f"agreement file {self.pk}"
