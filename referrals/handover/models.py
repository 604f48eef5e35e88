"""Referrals with what they disclose, their history and their messages.

A referral row holds status and times and no identity: the coordinator may see it. What identifies the person stands in
`Disclosure`, which only the two parties see: the receiver once it has said that it takes the person on, on the days that consent and
agreement cover. To answer, it sees the `Need`, which names nobody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person, Sex
from partnership.actions import Party
from partnership.agreements.flows import flow_today, may_leave
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY, Days, DaysField
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import (
    PARTIES,
    OneOfOwner,
    SameOwner,
    known_by_owner,
    same_parties,
    same_partner,
)
from partnership.isolation.policies import (
    COORDINATOR,
    MY_REFERRALS,
    PARTNER,
    PARTY,
    RECEIVER,
    SENDER,
    Grant,
    Policy,
    TableRule,
    jobs_read,
    person_reads,
    rows_of_two_parties,
    written_by,
)
from partnership.isolation.triggers import Bury, EndReferences, Fixed
from partnership.members.models import REFERRING_ROLES, District, Partner, Role, User
from programs.catalogue.models import Programme, ReferralKind
from referrals.handover import transitions
from referrals.handover.covering import OpenWhile
from referrals.handover.transitions import (
    ANSWERED_STATES,
    CLOSED_STATES,
    OPEN_STATES,
    WAITING_STATES,
    State,
    parties_of,
    reason_label,
    verbs_for,
)


class ReferralQuerySet(models.QuerySet["Referral"]):
    def seen_by(self, acting: Acting) -> ReferralQuerySet:
        """What the acting partner may see: as a party; a coordinator sees all that were sent."""
        if acting.role == "coordinator":
            return self.filter(sent_at__isnull=False)
        if acting.role not in REFERRING_ROLES:
            return self.none()
        mine = acting.partner.pk
        return self.filter(Q(from_partner=mine) | Q(to_partner=mine, sent_at__isnull=False))

    def incoming(self, partner: Partner) -> ReferralQuerySet:
        """Referrals that were sent to the partner."""
        return self.filter(to_partner=partner, sent_at__isnull=False)

    def outgoing(self, partner: Partner) -> ReferralQuerySet:
        """Referrals of the partner, its drafts too."""
        return self.filter(from_partner=partner)

    def waiting(self) -> ReferralQuerySet:
        """Not answered yet."""
        return self.filter(state__in=WAITING_STATES)

    def overdue(self) -> ReferralQuerySet:
        """Late: `Referral.due_at` is past."""
        now = timezone.now()
        return self.filter(
            Q(state=State.SENT, due_acknowledge_at__lt=now) | Q(state=State.ACKNOWLEDGED, due_accept_at__lt=now)
        )

    def with_due(self) -> ReferralQuerySet:
        """Each with what `DUE_FIRST` sorts by: not urgent, and the moment of `Referral.due_at` (none: the end of time)."""
        return self.annotate(
            is_calm=Case(When(is_urgent=True, then=False), default=True, output_field=models.BooleanField()),
            due=Case(
                When(state=State.SENT, due_acknowledge_at__isnull=False, then="due_acknowledge_at"),
                When(state=State.ACKNOWLEDGED, due_accept_at__isnull=False, then="due_accept_at"),
                default=Value(NEVER),
                output_field=models.DateTimeField(),
            ),
        )


DUE_FIRST = ["is_calm", "due", "id"]
"""The order in which referrals are answered: urgent ones first, of these whichever is due next."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


OTHER_PARTY = "case when author_partner_id = r.from_partner_id then r.to_partner_id else r.from_partner_id end"
COVERED = f"""exists (
 select from referrals_referral r where r.id = referrals_message.referral_id and r.covered_days @> {TODAY}
 and {flow_today("situation", source="author_partner_id", target=OTHER_PARTY, under="r.agreement_id")})"""
"""Of a message: consent and agreement cover its referral today, and what is said of the situation may go to the other party."""


def jobs_write_as_receiver(privilege: str, *columns: str) -> list[TableRule]:
    """Jobs insert or update, on behalf of the receiver that they entered."""
    name = "jobs_write" if privilege == "INSERT" else "jobs_update"
    return [
        Grant(role="worker", privileges=privilege, columns=columns, name=f"worker_{privilege.lower()}"),
        Policy(name=name, role="worker", command=privilege, using=RECEIVER),
    ]


class Referral(models.Model):
    """A hand-over of a person from one partner to a programme of another (or, self-referred, within one)."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("from"))
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    kind = models.CharField(_("kind"), max_length=30, choices=ReferralKind)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(Person, models.PROTECT, related_name="referrals")
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="referrals")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="referrals")
    receiver_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    referred_on_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="referred_on")
    is_urgent = models.BooleanField(_("urgent"), default=False)
    reason_code = models.CharField(_("reason"), max_length=30, blank=True)
    expected_on = models.DateField(_("place expected on"), null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_acknowledge_at = models.DateTimeField(null=True)
    due_accept_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(_("last change"), default=timezone.now)
    changed_in = TransactionField()
    covered_days = DaysField(
        help_text="On which consent and agreement cover the disclosure to this receiver: `portal_covered_days`."
    )
    report_days = DaysField(help_text="Those of them on which the receiver may report attendance and outcome back.")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes = [
            # The two lists of a party and the coordinator's, each by key; and the same of one state.
            models.Index(fields=["to_partner", "-changed_at", "-id"], name="referral_incoming"),
            models.Index(fields=["from_partner", "-changed_at", "-id"], name="referral_outgoing"),
            models.Index(fields=["to_partner", "state", "-changed_at", "-id"], name="referral_incoming_state"),
            models.Index(fields=["from_partner", "state", "-changed_at", "-id"], name="referral_outgoing_state"),
            models.Index(fields=["-changed_at", "-id"], name="referral_newest"),
            # Lists of the API, stable while rows change.
            models.Index(fields=["to_partner", "id"], name="referral_to_by_id"),
            models.Index(fields=["from_partner", "id"], name="referral_from_by_id"),
            # What changed since a client last asked.
            models.Index(fields=["to_partner", "changed_in", "id"], name="referral_to_marks"),
            models.Index(fields=["from_partner", "changed_in", "id"], name="referral_from_marks"),
            # Reminders and overdue lists: what still waits for an answer.
            models.Index(
                fields=["due_acknowledge_at"], condition=Q(state__in=["sent", "acknowledged"]), name="referral_clock"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(kind="self"), Q(from_partner=F("to_partner"))),
                name="only_self_referrals_stay_inside",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False) | Q(state="withdrawn"),
                name="sent_referral_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "ended_early", "withdrawn"]) | ~Q(reason_code=""),
                name="ending_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["enrolled", "completed"]) | Q(enrolment__isnull=False),
                name="enrolled_has_an_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(expected_on__isnull=False), name="waitlisted_has_a_date"
            ),
            known_by_owner("from_partner", name="referral_by_sender"),
            known_by_owner("from_partner", "to_partner", name="referral_by_parties"),
            *same_partner("programme", "enrolment", "receiver_person", owner="to_partner_id"),
            *same_partner("person", owner="from_partner_id"),
            *same_partner("referred_on_from", owner="from_partner_id", others="from_partner_id"),
            # A consent covers one person, whom one partner may disclose to one other.
            SameOwner(field="consent", by={**PARTIES, "person_id": "person_id"}),
            *rows_of_two_parties(f"({SENDER} or ({RECEIVER} and sent_at is not null))", draft="state = 'draft'"),
            Fixed(columns=["from_partner_id", "created_by_id"]),
            Fixed(columns=["to_partner_id", "person_id"], when="old.sent_at is not null", name="fixed_when_sent"),
            written_by("created_by_id"),
            Policy(name="coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and sent_at is not null"),
            # Jobs read status and times for reminders, and report attended sessions on behalf of the NGO.
            *jobs_read(),
            *jobs_write_as_receiver("UPDATE"),
            # My page says where it stands: not to which programme, nor why somebody could not take the person.
            *person_reads(
                "id",
                "from_partner_id",
                "to_partner_id",
                "state",
                "person_id",
                "receiver_person_id",
                "consent_id",
                "expected_on",
                "sent_at",
                "closed_at",
                "report_days",
                "agreement_id",
                using=f"id = {MY_REFERRALS}",
            ),
            Mark(),
            # A draft that is discarded is gone for its sender, who alone saw it.
            Bury(seen_by="from_partner_id"),
            EndReferences(record="referral"),
        ]

    def __str__(self) -> str:
        return f"{_('Referral')} {self.pk}"

    def parties_of(self, partner_id: int) -> frozenset[Party]:
        return parties_of(self.from_partner_id, self.to_partner_id, partner_id)

    def take(self, verb: str, *, user_id: int, partner_id: int, at: datetime, reason: str = "") -> Change:
        """Moves the referral by a verb: state, version, clocks, reason. Returns the line in its history. Neither is saved yet.

        Sending starts the two clocks that the agreement promises, if there is one. Raises as `transitions.check` does.
        """
        change = self._step(transitions.step(self, verb, at=at, reason=reason), user_id, partner_id)
        if verb == "send" and self.agreement:
            self.due_acknowledge_at = at + timedelta(days=self.agreement.days_to_acknowledge)
            self.due_accept_at = at + timedelta(days=self.agreement.days_to_accept)
        return change

    def reopen(self, *, user_id: int, partner_id: int, at: datetime) -> Change:
        """Moves an ended referral back to enrolled, as `take` moves one on: the end of its enrolment was taken back."""
        return self._step(transitions.reopening(self, at=at), user_id, partner_id)

    def _step(self, step: transitions.Step, user_id: int, partner_id: int) -> Change:
        for name, value in step.referral.items():
            setattr(self, name, value)
        return Change(
            referral=self,
            from_partner_id=self.from_partner_id,
            to_partner_id=self.to_partner_id,
            by_id=user_id,
            by_partner_id=partner_id,
            **step.change,
        )

    def verbs(self, partner_id: int) -> list[str]:
        return verbs_for(self.state, self.parties_of(partner_id))

    @property
    def is_covered(self) -> bool:
        """Whether consent and agreement cover it today: else nothing of it is disclosed, either way."""
        return timezone.localdate() in self.covered_days

    @property
    def may_report(self) -> bool:
        """Whether the consent lets the receiver report attendance and outcome back today; the agreement says which (`may_tell`)."""
        return timezone.localdate() in self.report_days

    def may_tell(self, category: str, source: int) -> bool:
        """Whether the agreement lets this kind of data go from one party (`source`, its number) to the other today."""
        target = self.to_partner_id if source == self.from_partner_id else self.from_partner_id
        return may_leave(category, source=source, target=target, under=self.agreement_id)

    @property
    def covered_until(self) -> date | None:
        return covered_until(self.covered_days)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_STATES

    @property
    def due_at(self) -> object:
        """The next promised moment: of acknowledgement, then of an answer. Past, the referral is late."""
        if self.state == State.SENT:
            return self.due_acknowledge_at
        if self.state == State.ACKNOWLEDGED:
            return self.due_accept_at
        return None

    @property
    def reason_text(self) -> str:
        return reason_label(self.reason_code)

    @property
    def takes_diversion(self) -> bool:
        return self.kind in {ReferralKind.ARREST_DIVERSION, ReferralKind.COURT}


def covered_until(days: Days) -> date | None:
    """The last day of a disclosure that is open today; none where it is closed, or no end is known."""
    before = days.end_after(timezone.localdate())
    return before - timedelta(days=1) if before else None


OPEN_TO_RECEIVER = f"({SENDER} or ({RECEIVER} and open_days @> {TODAY}))"


class AgeBand(models.TextChoices):
    """How old somebody is, as far as a programme must know to answer."""

    UNKNOWN = "unknown", _("Age not known")
    UNDER_13 = "under_13", _("Under 13")
    FROM_13 = "13_14", _("13 to 14")
    FROM_15 = "15_17", _("15 to 17")
    FROM_18 = "18_24", _("18 to 24")
    FROM_25 = "25_34", _("25 to 34")
    FROM_35 = "35_49", _("35 to 49")
    FROM_50 = "50_64", _("50 to 64")
    FROM_65 = "65_over", _("65 or over")

    @classmethod
    def of(cls, age: int | None) -> AgeBand:
        """The band of an age in whole years."""
        if age is None:
            return cls.UNKNOWN
        firsts = {
            65: cls.FROM_65,
            50: cls.FROM_50,
            35: cls.FROM_35,
            25: cls.FROM_25,
            18: cls.FROM_18,
            15: cls.FROM_15,
            13: cls.FROM_13,
        }
        return next((band for first, band in firsts.items() if age >= first), cls.UNDER_13)


class Need(models.Model):
    """What the receiver of a referral sees to answer, and not who it is: from the moment of sending on."""

    referral = OneOfOwner(Referral, models.CASCADE, related_name="need")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    open_days = DaysField(help_text="On which the receiver sees it.")
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand, default=AgeBand.UNKNOWN)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+", verbose_name=_("home district"))
    language = models.CharField(_("language"), max_length=40, blank=True)
    summary = EncryptedTextField(_("situation"), owner="from_partner", blank=True)
    unfit_reason = EncryptedTextField(
        _("reason to go on"),
        owner="from_partner",
        blank=True,
        default="",
        help_text="Why the person is sent to a programme for people of another age, district or language.",
    )
    needs_interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    access = EncryptedTextField(_("what helps the person to come"), owner="from_partner", blank=True, default="")
    staff_risk = EncryptedTextField(_("risk to staff"), owner="from_partner", blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="needed_once"),
            *same_parties("referral"),
            *rows_of_two_parties(OPEN_TO_RECEIVER, draft="isempty(open_days)"),
            OpenWhile(states=[State.SENT, State.ACKNOWLEDGED, *ANSWERED_STATES]),
        ]

    def __str__(self) -> str:
        return f"need {self.pk}"

    @property
    def label(self) -> str:
        """Whom one may expect, in few words."""
        return f"{self.get_sex_display()}, {self.get_age_band_display()}"


class Disclosure(models.Model):
    """The identity that a referral carries, copied from the sender's record when it is sent. The receiver sees it when it has
    accepted the person or put them on its waiting list."""

    referral = OneOfOwner(Referral, models.CASCADE, related_name="disclosure")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    open_days = DaysField(help_text="On which the receiver sees it.")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    identity_code = EncryptedTextField(_("personal identity code"), owner="from_partner", blank=True)
    phone = EncryptedTextField(_("phone"), owner="from_partner", blank=True)
    email = EncryptedTextField(_("e-mail"), owner="from_partner", blank=True)
    safe_contact = EncryptedTextField(_("safe contact"), owner="from_partner", blank=True, default="")
    never_contact = EncryptedTextField(_("how or when not"), owner="from_partner", blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="disclosed_once"),
            *same_parties("referral"),
            *rows_of_two_parties(OPEN_TO_RECEIVER, draft="isempty(open_days)"),
            OpenWhile(states=ANSWERED_STATES),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")


class Change(models.Model):
    """One step in a referral's history: who, when, which verb, why. Written once. Free text travels as a message."""

    # Nobody may delete what is written once; a draft, which can be deleted, has none.
    referral = models.ForeignKey(Referral, models.DO_NOTHING, related_name="changes")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, choices=State, blank=True)
    to_state = models.CharField(max_length=20, choices=State)
    reason_code = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["referral", "id"], name="change_list")]
        constraints = [
            *same_parties("referral"),
            # Written once, by either party. What happened to a draft is its sender's alone.
            written_by("by_id"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(
                name="parties_read",
                role="web",
                command="SELECT",
                using=f"({SENDER} or ({RECEIVER} and from_state <> 'draft') or ({RECEIVER} and verb = 'send'))",
            ),
            Policy(name="parties_write", role="web", command="INSERT", using=f"{PARTY} and by_partner_id = {PARTNER}"),
            Policy(name="coordinator", role="web", command="SELECT", using=f"{COORDINATOR} and from_state <> 'draft'"),
            *jobs_read(),
            *jobs_write_as_receiver("INSERT"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.referral_id}"

    @property
    def reason_text(self) -> str:
        return reason_label(self.reason_code)


class Message(models.Model):
    """A message between the two parties of a referral."""

    # Nobody may delete what is written once; a draft, which can be deleted, has none.
    referral = models.ForeignKey(Referral, models.DO_NOTHING, related_name="messages")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    author_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("message"), owner="from_partner")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["referral", "id"], name="message_list")]
        constraints = [
            *same_parties("referral"),
            # Written once, by either party, while consent and agreement cover it; the receiver reads the sender's so long.
            written_by("author_id"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(
                name="parties_read",
                role="web",
                command="SELECT",
                using=f"({SENDER} or ({RECEIVER} and (author_partner_id = {PARTNER} or {COVERED})))",
            ),
            Policy(
                name="parties_write",
                role="web",
                command="INSERT",
                using=f"{PARTY} and author_partner_id = {PARTNER} and {COVERED}",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


READERS = (*REFERRING_ROLES, Role.COORDINATOR)
"""Those who see referrals: the parties, and the coordinator without the identity."""


NO_FURTHER_DISCLOSURE = _(
    "Disclosed with the person's consent, for the agreed purpose only: it may not be disclosed further."
)
"""The notice that goes with whatever carries disclosed data."""
