"""Care teams: partners that work with somebody together with the lead, each by the person's own consent, and what they share.

Each shared thing is a row of its own for each member partner, between the lead and that member. Notes and sessions are never shared.
A trigger on consents removes what was shared under one that is withdrawn: `portal_forget_shared`, in the migration.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.agreements.flows import FlowsToday, flow_today, under_agreement_of_both
from partnership.agreements.models import Agreement
from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import PARTIES, SameOwner, known_by_owner, same_parties, same_partner
from partnership.isolation.policies import PARTNER, RECEIVER, SENDER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

COVERED = f"""ended_on is null and exists (
 select from cases_consent c where c.id = cases_teammember.consent_id and c.valid_days @> {TODAY})
and exists (
 select from partnership_agreement a where a.id = cases_teammember.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("identity")}
and {flow_today("situation")}"""  # noqa: S608
"""Of a member: it is in the team, and the person's consent and an agreement cover it today."""
OF_TEAM = "exists (select from cases_teammember m where m.id = cases_teamitem.member_id)"
"""Of what is shared: the membership is in sight, which for the member ends with the consent."""


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def seen_by(self, acting: Acting) -> TeamMemberQuerySet:
        """Those of one's own teams, and one's own place in another's as long as it is covered."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))

    def present(self) -> TeamMemberQuerySet:
        """Members that are in the team: not ended, and covered by a consent and an agreement today."""
        return self.filter(
            FlowsToday("identity"),
            FlowsToday("situation"),
            ended_on=None,
            consent__valid_days__include=timezone.localdate(),
        )


class TeamMember(models.Model):
    """A partner (`to_partner`) that works with somebody together with the lead (`from_partner`), by the person's consent."""

    class Part(models.TextChoices):
        TREATMENT = "treatment", _("Treatment")
        HEALTH = "health", _("Health")
        HOUSING = "housing", _("Housing")
        WORK = "work", _("Work and study")
        FAMILY = "family", _("Family")
        SOCIAL = "social", _("Social work")
        PEER = "peer", _("Peer support")

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="team_members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=20, choices=Part)
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    since = models.DateField(_("since"), default=timezone.localdate)
    ended_on = models.DateField(_("ended on"), null=True, default=None)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a care team")
        verbose_name_plural = _("members of care teams")
        indexes = [
            models.Index(fields=["enrolment", "id"], name="team_of"),
            models.Index(fields=["to_partner", "-id"], condition=Q(ended_on=None), name="team_member_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "to_partner", "from_partner"],
                condition=Q(ended_on=None),
                name="once_in_a_team_at_a_time",
            ),
            known_by_owner("from_partner", "to_partner", name="team_member_by_parties"),
            *same_partner("person", "enrolment", owner="from_partner_id"),
            SameOwner(field="consent", by={**PARTIES, "person_id": "person_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="lead", role="web", using=SENDER, check=SENDER),
            Policy(name="member_reads", role="web", command="SELECT", using=f"{RECEIVER} and {COVERED}"),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "enrolment_id", "person_id", "consent_id", "agreement_id", "part", "since",
                    "added_by_id",
                ],
            ),
            under_agreement_of_both("cases_teammember"),
            written_by("added_by_id"),
            Recorded(record="team_member", partners=["from_partner_id", "to_partner_id"], about_person=True),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def name(self) -> str:
        """Of the person."""
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")


class TeamItem(models.Model):
    """Something that the lead and one member share: a goal, a step, an appointment of the plan; a task; a message."""

    class Kind(models.TextChoices):
        GOAL = "goal", _("Goal")
        STEP = "step", pgettext_lazy("plan", "Step")
        APPOINTMENT = "appointment", _("Appointment")
        TASK = "task", _("Task")
        MESSAGE = "message", _("Message")

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    member = models.ForeignKey(TeamMember, models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = EncryptedTextField(_("text"), owner="from_partner")
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, default=None)
    author_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("shared in a care team")
        indexes = [models.Index(fields=["member", "-id"], name="team_item_list")]
        constraints = [
            *same_parties("member"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(
                name="parties_read", role="web", command="SELECT", using=f"({SENDER} or {RECEIVER}) and {OF_TEAM}"
            ),
            Policy(
                name="parties_write",
                role="web",
                command="INSERT",
                using=f"author_partner_id = {PARTNER} and ({SENDER} or {RECEIVER}) and {OF_TEAM}",
            ),
            Policy(name="parties_mark", role="web", command="UPDATE", using=f"({SENDER} or {RECEIVER}) and {OF_TEAM}"),
            Policy(name="lead_removes", role="web", command="DELETE", using=SENDER),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "member_id", "kind", "text", "due_on", "author_partner_id", "author_id",
                    "written_at",
                ],
            ),
            written_by("author_id"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"item {self.pk}"

    @property
    def can_be_done(self) -> bool:
        """A task or step is done; the rest is there to be known."""
        return self.kind in {self.Kind.TASK, self.Kind.STEP}
