"""Protection of possible victims of trafficking: checklists, what was asked of the national assistance system, safe ways to reach
somebody, and who at a partner may see any of it.

Behind walls of their own: a row is seen by users of its partner who are named, one by one, by their manager (`ProtectionGrant`), and by
nobody else: no colleague, manager, auditor, job or police. No history keeps a copy, since a history is read by more people than that;
so rows say themselves who wrote them when, and what is said once stays. ADR 46 has the reasons.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.people.models import Person
from cases.protection.hints import HINTS, Answer
from partnership.agreements.flows import PROTECTION, flow_today, under_agreement_of_both
from partnership.agreements.models import Agreement
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedJSONField, EncryptedTextField
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    MANAGER,
    OWN,
    PARTNER,
    READ_AND_WRITE,
    RECEIVER,
    ROLE,
    SENDER,
    USER,
    Grant,
    Policy,
    TableRule,
    auditor_reads,
    written_by,
)
from partnership.isolation.triggers import Fixed
from partnership.members.models import CASEWORK_ROLES, Membership, Partner, Role, User

PROTECTING_ROLES = (*CASEWORK_ROLES, Role.PROFESSIONAL)
"""Who can be named. Never police: they see what the person lets them see, and nothing else."""
ROLES_IN_SQL = ", ".join(f"'{role}'" for role in PROTECTING_ROLES)
IS_NAMED = f"""({ROLE} in ({ROLES_IN_SQL}) and exists (select from cases_protectiongrant g
 where g.partner_id = {PARTNER} and g.user_id = {USER} and g.ended_at is null))"""
"""The acting user is named at the partner: asked once a query."""
COVERED = f"""exists (
 select from partnership_agreement a where a.id = cases_policenotice.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("identity", purposes=PROTECTION)}"""
"""Of a notice: an agreement between the two covers it today, and lets go who it is, to protect somebody."""


def named_users(privileges: str = READ_AND_WRITE, *, owner: str = OWN) -> list[TableRule]:
    """The rows are seen and written by named users of their partner alone."""
    return [
        Grant(role="web", privileges=privileges),
        Policy(name="named", role="web", using=f"{owner} and {IS_NAMED}"),
    ]


class ProtectionGrant(models.Model):
    """That somebody may see what is protected at their partner: named by a manager, until that is ended. The auditor sees that it is
    so; it opens nothing to them."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("member"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("named for protection")
        indexes = [models.Index(fields=["user", "partner"], condition=Q(ended_at=None), name="named_now")]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "partner"], condition=Q(ended_at=None), name="named_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(ended_by=None), Q(ended_at=None)), name="somebody_ended_the_naming"
            ),
            *same_partner("membership"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            # Colleagues know whom to ask.
            Policy(name="own_read", role="web", command="SELECT", using=OWN),
            auditor_reads(),
            Policy(
                name="manager_names",
                role="web",
                command="INSERT",
                using=f"{OWN} and {MANAGER} and exists (select from partnership_membership m where m.id = membership_id"
                f" and m.user_id = cases_protectiongrant.user_id and m.role in ({ROLES_IN_SQL}))",
            ),
            Policy(name="manager_ends", role="web", command="UPDATE", using=f"{OWN} and {MANAGER}"),
            written_by("given_by_id"),
            Fixed(columns=["partner_id", "membership_id", "user_id", "given_by_id", "given_at"]),
            Fixed(columns=["ended_by_id", "ended_at"], when="old.ended_at is not null", name="ended_once"),
            Recorded(record="protection_grant", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.user}"


class Form(models.TextChoices):
    """What somebody is made to do, as far as it shows."""

    SEXUAL = "sexual", _("Sexual exploitation")
    LABOUR = "labour", _("Forced work")
    CRIMINALITY = "criminality", _("Forced crime")
    BEGGING = "begging", _("Forced begging")
    MARRIAGE = "marriage", _("Forced marriage")
    OTHER = "other", _("Something else, or not clear")


class Screen(models.Model):
    """A checklist that was gone through, with or without saying about whom. Written once: who sees more later goes through it again."""

    class Decision(models.TextChoices):
        NONE = "none", _("Nothing for now")
        ASK_MORE = "ask_more", _("Ask more")
        CONSULT = "consult", _("Ask the assistance system, without a name")
        REFER = "refer", _("Refer, if the person agrees")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    on = models.DateField(_("date"), default=timezone.localdate)
    answers = EncryptedJSONField(_("answers"), blank=True, default=dict)
    has_yes = models.BooleanField()
    danger_now = models.BooleanField(_("in danger now"))
    is_child = models.BooleanField(_("under 18, or may be"))
    form = models.CharField(_("what they may be made to do"), max_length=20, choices=Form, blank=True)
    decision = models.CharField(_("what next"), max_length=20, choices=Decision)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("protected record")
        indexes = [
            models.Index(fields=["partner", "-id"], name="screen_own"),
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="screen_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_yes=False, danger_now=False) | ~Q(decision="none"), name="a_yes_is_not_left_alone"
            ),
            models.CheckConstraint(
                condition=~Q(decision="refer") | Q(person__isnull=False), name="nobody_is_not_referred"
            ),
            known_by_owner("partner", "person", name="screen_by_owner"),
            *same_partner("person"),
            *named_users("SELECT, INSERT"),
            written_by("written_by_id"),
        ]

    def __str__(self) -> str:
        return f"{_('Protected record')} {self.pk}"

    @property
    def signs(self) -> list[str | Promise]:
        """The hints that were answered with yes."""
        return [hint.label for hint in HINTS if self.answers.get(hint.code) == Answer.YES]


class ProtectedReferral(models.Model):
    """What was asked of the national assistance system: a referral of somebody who consents, or a consultation about nobody.

    The assistance system is no partner here: it is called, or written to in its own way. A consultation points to no person and no
    checklist, so that without consent nothing about a person leaves, nor can be told from what is stored.
    """

    class Kind(models.TextChoices):
        REFERRAL = "referral", _("Referral with consent")
        CONSULTATION = "consultation", _("Consultation without a name")

    class Representative(models.TextChoices):
        """Who speaks for a child besides the guardian, who may be the one who exploits them."""

        ASKED = "asked", _("A representative was asked for")
        APPOINTED = "appointed", _("A representative was appointed")
        GUARDIAN = "guardian", _("The guardian speaks for the child, and is no danger")

    class Answered(models.TextChoices):
        ACCEPTED = "accepted", _("Taken into the assistance system")
        ADVICE = "advice", _("Advice given")
        MORE_ASKED = "more_asked", _("More was asked")
        NOT_ACCEPTED = "not_accepted", _("Not taken in")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    screen = models.ForeignKey(Screen, models.CASCADE, null=True, related_name="referrals")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_child = models.BooleanField(_("under 18, or may be"))
    form = models.CharField(_("what they may be made to do"), max_length=20, choices=Form, blank=True)
    consented_on = models.DateField(_("the person agreed on"), null=True)
    consented_how = models.CharField(_("how they agreed"), max_length=10, choices=Consent.Signed, blank=True)
    withdrawn_on = models.DateField(_("taken back on"), null=True)
    police_may_know = models.BooleanField(_("the police may know"), default=False)
    welfare_notice_on = models.DateField(_("child welfare notice made on"), null=True)
    representative = models.CharField(_("representative"), max_length=20, choices=Representative, blank=True)
    sent_on = models.DateField(_("asked on"), default=timezone.localdate)
    answer = models.CharField(_("answer"), max_length=20, choices=Answered, blank=True, default="")
    answered_on = models.DateField(_("answered on"), null=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("protected referral")
        indexes = [models.Index(fields=["partner", "-id"], name="protected_referral_own")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="consultation", screen=None, person=None, consented_on=None, consented_how="",
                    police_may_know=False, withdrawn_on=None, welfare_notice_on=None, representative="",
                )
                | Q(kind="referral", screen__isnull=False, person__isnull=False, consented_on__isnull=False)
                & ~Q(consented_how=""),
                name="without_consent_nobody_is_named",
            ),
            models.CheckConstraint(
                condition=Q(kind="consultation")
                | Q(is_child=False)
                | Q(welfare_notice_on__isnull=False) & ~Q(representative=""),
                name="a_child_has_a_notice_and_somebody_who_speaks",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(police_may_know=False), name="taken_back_from_the_police_too"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(answer=""), Q(answered_on=None)), name="answered_on_a_day"
            ),
            known_by_owner("partner", "person", "police_may_know", name="protected_referral_by_owner"),
            *same_partner("person"),
            SameOwner(field="screen", by={"partner_id": "partner_id", "person_id": "person_id"}),
            *named_users("SELECT, INSERT, UPDATE"),
            written_by("written_by_id"),
            Fixed(
                columns=[
                    "partner_id", "kind", "screen_id", "person_id", "is_child", "form", "consented_on", "consented_how",
                    "welfare_notice_on", "representative", "sent_on", "written_by_id", "written_at",
                ],
            ),
            Fixed(columns=["withdrawn_on", "police_may_know"], when="old.withdrawn_on is not null", name="taken_back_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PoliceNotice(models.Model):
    """That somebody was referred to the assistance system, told to a police unit by the person's will: who it is and when, nothing of
    the checklist. It goes when the person takes that back."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("police unit"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    referral = models.ForeignKey(ProtectedReferral, models.CASCADE, related_name="notices")
    police_may_know = models.BooleanField(default=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    referred_on = models.DateField(_("referred on"))
    told_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("told"), default=timezone.now)

    class Meta:
        verbose_name = _("notice to the police of a protected referral")
        indexes = [models.Index(fields=["to_partner", "-id"], name="police_notice_received")]
        constraints = [
            models.UniqueConstraint(fields=["referral", "to_partner", "from_partner"], name="police_told_once"),
            models.CheckConstraint(condition=Q(police_may_know=True), name="told_by_the_persons_will"),
            *same_partner("person", owner="from_partner_id"),
            # The referral says that the police may know, as long as the notice is there.
            SameOwner(
                field="referral",
                by={"from_partner_id": "partner_id", "person_id": "person_id", "police_may_know": "police_may_know"},
            ),
            *named_users("SELECT, INSERT, DELETE", owner=SENDER),
            Policy(
                name="police_read",
                role="web",
                command="SELECT",
                using=f"{RECEIVER} and {ROLE} = 'police_liaison' and {COVERED}",
            ),
            Policy(name="covered", role="web", command="INSERT", using=COVERED, only_narrows=True),
            under_agreement_of_both("cases_policenotice"),
            written_by("told_by_id"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")


class SafeContact(models.Model):
    """How somebody can be reached without harm: how, when, and what must never be done. While it is there nobody is reminded of
    anything: a trigger on wishes about contact sees to it (`portal_keep_contact_safe`, in the migration)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    how = EncryptedTextField(_("how"), help_text=_("For example: “Only at the day centre, in person.”"))
    when = EncryptedTextField(_("when"), blank=True, default="")
    never = EncryptedTextField(
        _("never"), blank=True, default="", help_text=_("For example: “Never call. Never leave a message.”")
    )
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("safe contact")
        constraints = [
            models.UniqueConstraint(fields=["person", "partner"], name="one_safe_contact"),
            *same_partner("person"),
            *named_users(),
            written_by("written_by_id"),
        ]

    def __str__(self) -> str:
        return f"safe contact {self.pk}"
