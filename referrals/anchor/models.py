"""Anchor (Ankkuri) teams: police, social work, health and youth work around a young person, and what they share by consent.

Who sits in a team is known to the whole partnership. A case is the lead's; members see its sheet (what it is about, meetings, agreed
steps, guidance) while the young person's consent to just them covers today. Each profession's own notes stay in its own register.

Professions, routes, reasons and the consent follow the manual of anchor work (ankkuritoiminta.fi, read); why a guardian does not
decide or is not told follows THL's handbook of child protection (read).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.people.models import Person
from partnership.agreements.flows import ANCHOR, FlowsToday, flow_today, under_agreement_of_both
from partnership.agreements.models import Agreement
from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    EVERY_ROW,
    OWN,
    PARTNER,
    RECEIVER,
    SENDER,
    Grant,
    Policy,
    jobs_read,
    own_rows,
    written_by,
)
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.diversions.models import acting_for_another
from referrals.handover.models import Referral

COVERED = f"""ended_on is null and exists (
 select from cases_consent c where c.id = referrals_anchorexchange.consent_id and c.valid_days @> {TODAY})
and exists (
 select from partnership_agreement a where a.id = referrals_anchorexchange.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("identity", purposes=ANCHOR)}
and {flow_today("situation", purposes=ANCHOR)}"""  # noqa: S608
"""Of an exchange: it goes on, and the young person's consent and an agreement cover it today."""


A_MEMBER_SITS = """(user_id is null or exists (
 select from partnership_membership m where m.user_id = referrals_anchorseat.user_id and m.partner_id = to_partner_id))"""
"""Of a seat: nobody is named, or a member of the organisation that has it."""


def _member_of(case: str) -> str:
    """SQL: the acting partner is a member with whom the case in this column is shared today."""
    return f"exists (select from referrals_anchorexchange e where e.case_id = {case} and e.to_partner_id = {PARTNER})"


class Profession(models.TextChoices):
    POLICE = "police", _("Police")
    SOCIAL = "social", _("Social work")
    HEALTH = "health", _("Health")
    YOUTH = "youth", _("Youth work")


class WhyNot(models.TextChoices):
    """Why a guardian does not decide with the young person, or is not told."""

    ABLE_ALONE = "able_alone", _("The young person is able to decide alone")
    BARRED = "barred", _("The young person does not want it")
    RISK = "risk", _("The guardian is the risk")
    UNACCOMPANIED = "unaccompanied", _("There is no guardian here")
    NOT_REACHED = "not_reached", _("Not reached yet")


class AnchorTeam(models.Model):
    """A team at a police unit. Everybody in the partnership sees that there is one."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    set_up_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("anchor team")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="anchor_team_named_once"),
            known_by_owner("partner", name="anchor_team_by_owner"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="unit_sets_up", role="web", command="INSERT", using=OWN),
            written_by("set_up_by_id"),
        ]

    def __str__(self) -> str:
        return self.name


class AnchorSeat(models.Model):
    """A partner's seat in a team, in a profession; `user`: who sits there, which the partner itself says."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    team = models.ForeignKey(AnchorTeam, models.PROTECT, related_name="seats")
    profession = models.CharField(_("profession"), max_length=10, choices=Profession)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", default=None)
    ended_on = models.DateField(_("ended on"), null=True, default=None)

    class Meta:
        verbose_name = _("seat in an anchor team")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "to_partner"], condition=Q(ended_on=None), name="one_seat_in_an_anchor_team"
            ),
            known_by_owner("to_partner", name="anchor_seat_by_member"),
            *same_partner("team", owner="from_partner_id"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="unit_offers", role="web", command="INSERT", using=SENDER),
            Policy(name="parties_update", role="web", command="UPDATE", using=f"({SENDER} or {RECEIVER})"),
            # Whom another organisation seats, the trigger below keeps from who acts: their members they don't see.
            Policy(name="member_sits", role="web", command="INSERT", using=A_MEMBER_SITS, only_narrows=True),
            Policy(
                name="member_is_seated",
                role="web",
                command="UPDATE",
                using=EVERY_ROW,
                check=f"to_partner_id <> {PARTNER} or {A_MEMBER_SITS}",
                only_narrows=True,
            ),
            Fixed(columns=["from_partner_id", "to_partner_id", "team_id", "profession"]),
            Fixed(columns=["user_id"], when=acting_for_another("old.to_partner_id"), name="members"),
            Fixed(columns=["ended_on"], when=acting_for_another("old.from_partner_id"), name="units"),
        ]

    def __str__(self) -> str:
        return f"{self.get_profession_display()}, {self.to_partner}"


class AnchorCaseQuerySet(models.QuerySet["AnchorCase"]):
    def seen_by(self, acting: Acting) -> AnchorCaseQuerySet:
        """Those that the acting partner leads, and those shared with it, as long as consent and agreement cover them."""
        return self.filter(Q(partner=acting.partner) | Q(self.shared_with(acting)))

    @staticmethod
    def shared_with(acting: Acting) -> Exists:
        """Of a case, whether the acting partner is a member with whom it is shared today."""
        return Exists(AnchorExchange.objects.filter(case=OuterRef("pk"), to_partner=acting.partner, ended_on=None))

    def open(self) -> AnchorCaseQuerySet:
        """Not screened yet, or taken and not closed."""
        return self.filter(screening__in=["", AnchorCase.Screening.TAKEN], closed_on=None)


class AnchorCase(models.Model):
    """A young person about whom the team was told: from whom, why, whether it takes the case, and how it ended."""

    class Source(models.TextChoices):
        POLICE = "police", _("Police")
        SOCIAL = "social", _("Social services")
        SCHOOL = "school", _("School")
        FAMILY = "family", _("Family")
        SELF = "self", _("The young person")

    class Reason(models.TextChoices):
        CRIME = "crime", _("Crime")
        SUBSTANCES = "substances", _("Drugs or alcohol")
        RADICALISATION = "radicalisation", _("Violent radicalisation")
        OTHER_NEED = "other_need", _("Another need for support")

    class Screening(models.TextChoices):
        TAKEN = "taken", _("Taken")
        NOT_TAKEN = "not_taken", _("Not taken")
        ALREADY_CLIENT = "already_client", _("Is a client of social services already")

    class Told(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    class Outcome(models.TextChoices):
        GUIDED = "guided", _("Guided to a service")
        NO_NEED = "no_need", _("No need for more")
        DECLINED = "declined", _("The young person declined")

    NOT_TAKEN = (Screening.NOT_TAKEN, Screening.ALREADY_CLIENT)
    """With these a case has ended before it began."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("lead"))
    seat = models.ForeignKey(AnchorSeat, models.PROTECT, related_name="+", verbose_name=_("team"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    source = models.CharField(_("from whom"), max_length=10, choices=Source)
    reasons = ArrayField(models.CharField(max_length=20, choices=Reason), verbose_name=_("reasons"))
    received_on = models.DateField(_("received on"))
    is_under_15 = models.BooleanField(_("under 15"), help_text="On the day on which it was received.")
    screening = models.CharField(_("screening"), max_length=20, choices=Screening, blank=True, default="")
    screened_on = models.DateField(_("screened on"), null=True, default=None)
    guardian_name = EncryptedTextField(_("guardian"), blank=True, default="")
    guardian_told = models.CharField(_("guardian told"), max_length=5, choices=Told, blank=True, default="")
    guardian_why = models.CharField(_("why not"), max_length=20, choices=WhyNot, blank=True, default="")
    outcome = models.CharField(_("how it ended"), max_length=10, choices=Outcome, blank=True, default="")
    closed_on = models.DateField(_("closed on"), null=True, default=None)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AnchorCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("anchor case")
        verbose_name_plural = _("anchor cases")
        indexes = [models.Index(fields=["partner", "-received_on", "-id"], name="anchor_case_list")]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(screening=""), Q(screened_on=None)), name="anchor_case_screened_on_a_day"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(outcome=""), Q(closed_on=None)), name="anchor_case_ended_somehow"
            ),
            models.CheckConstraint(condition=Q(closed_on=None) | Q(screening="taken"), name="only_taken_is_closed"),
            models.CheckConstraint(
                condition=both_or_neither(Q(guardian_told="no"), ~Q(guardian_why="")), name="guardian_not_told_why"
            ),
            models.CheckConstraint(condition=Q(reasons__len__gte=1), name="anchor_case_has_a_reason"),
            models.UniqueConstraint(
                fields=["person", "partner"],
                condition=Q(closed_on=None, screening__in=["", "taken"]),
                name="one_open_anchor_case",
            ),
            known_by_owner("partner", name="anchor_case_by_lead"),
            *same_partner("person"),
            SameOwner(field="seat", by={"partner_id": "to_partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="lead", role="web", using=OWN),
            Policy(name="members_read", role="web", command="SELECT", using=_member_of("referrals_anchorcase.id")),
            *jobs_read("id", "partner_id", "person_id", "received_on", "screening", "closed_on"),
            Fixed(columns=["partner_id", "seat_id", "person_id", "received_on", "is_under_15", "opened_by_id"]),
            Fixed(columns=["screening", "screened_on"], when="old.screening <> ''", name="screened_once"),
            Fixed(columns=["outcome", "closed_on"], when="old.closed_on is not null", name="closed_once"),
            written_by("opened_by_id"),
            Recorded(record="anchor_case", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"{_('Anchor case')} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Not screened yet, or taken and not closed."""
        return self.closed_on is None and self.screening in {"", self.Screening.TAKEN}

    @property
    def is_under_way(self) -> bool:
        """Taken and not closed."""
        return self.closed_on is None and self.screening == self.Screening.TAKEN

    @property
    def reasons_in_words(self) -> str:
        """The reasons, one after the other."""
        return ", ".join(str(self.Reason(reason).label) for reason in self.reasons)


class AnchorExchangeQuerySet(models.QuerySet["AnchorExchange"]):
    def told_today(self) -> AnchorExchangeQuerySet:
        """Each says whether it `goes_on`: it has not ended, and the consent and an agreement cover today."""
        is_covered = Q(FlowsToday("identity", ANCHOR), FlowsToday("situation", ANCHOR), ended_on=None) & Q(
            consent__valid_days__include=timezone.localdate()
        )
        covers = models.ExpressionWrapper(is_covered, output_field=models.BooleanField())
        return self.annotate(goes_on=covers)  # type: ignore[no-redef] # its type stands in the model


class AnchorExchange(models.Model):
    """That a case is shared with one member (`to_partner`), by the young person's consent to just that.

    `alone`: why no guardian decides with somebody under 18; empty where one consents, or for an adult.
    """

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    case = models.ForeignKey(AnchorCase, models.PROTECT, related_name="exchanges")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    seat = models.ForeignKey(AnchorSeat, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    alone = models.CharField(_("no guardian decides, because"), max_length=20, choices=WhyNot, blank=True, default="")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    since = models.DateField(_("since"), default=timezone.localdate)
    ended_on = models.DateField(_("ended on"), null=True, default=None)
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    goes_on: bool
    """As `told_today` says it."""

    objects = AnchorExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange in an anchor case")
        indexes = [models.Index(fields=["case", "to_partner"], name="anchor_exchange_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "to_partner", "from_partner"],
                condition=Q(ended_on=None),
                name="one_exchange_at_a_time",
            ),
            *same_partner("case", "person", owner="from_partner_id"),
            SameOwner(field="seat", by={"to_partner_id": "to_partner_id"}),
            SameOwner(
                field="consent",
                by={
                    "from_partner_id": "from_partner_id",
                    "to_partner_id": "to_partner_id",
                    "person_id": "person_id",
                },
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="lead", role="web", using=SENDER),
            Policy(name="member_reads", role="web", command="SELECT", using=f"{RECEIVER} and {COVERED}"),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "case_id", "person_id", "seat_id", "consent_id", "agreement_id", "alone",
                    "since", "agreed_by_id",
                ],
            ),
            under_agreement_of_both("referrals_anchorexchange"),
            written_by("agreed_by_id"),
            Recorded(record="anchor_exchange", partners=["from_partner_id", "to_partner_id"], about_person=True),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"exchange {self.pk}"

    @property
    def name(self) -> str:
        """Of the young person."""
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")


def _sheet(table: str) -> list[Policy | Grant]:
    """Of a part of the sheet: the lead's own rows, which members read while the case is shared with them."""
    return [
        *own_rows(),  # type: ignore[list-item]
        Policy(name="members_read", role="web", command="SELECT", using=_member_of(f"{table}.case_id")),
    ]


class AnchorMeeting(models.Model):
    """When the team met about the case, and who was there. What was agreed are its steps."""

    class Present(models.TextChoices):
        YOUNG_PERSON = "young_person", _("The young person")
        GUARDIAN = "guardian", _("Guardian")
        POLICE = "police", _("Police")
        SOCIAL = "social", _("Social work")
        HEALTH = "health", _("Health")
        YOUTH = "youth", _("Youth work")
        SCHOOL = "school", _("School")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    case = models.ForeignKey(AnchorCase, models.PROTECT, related_name="meetings")
    held_on = models.DateField(_("held on"))
    present = ArrayField(models.CharField(max_length=20, choices=Present), verbose_name=_("present"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("meeting of an anchor team")
        indexes = [models.Index(fields=["case", "held_on"], name="anchor_meeting_list")]
        constraints = [
            models.CheckConstraint(condition=Q(present__len__gte=1), name="somebody_was_at_the_meeting"),
            known_by_owner("partner", "case", name="anchor_meeting_by_case"),
            *same_partner("case"),
            *_sheet("referrals_anchormeeting"),
            *jobs_read("id", "case_id", "held_on"),
            written_by("recorded_by_id"),
            Recorded(record="anchor_case", partners=["partner_id"], about_person=True, number="case_id"),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"

    @property
    def present_in_words(self) -> str:
        """Who was there, one after the other."""
        return ", ".join(str(self.Present(who).label) for who in self.present)


class AnchorStep(models.Model):
    """What was agreed at a meeting, and which organisation (`to_partner`) does it: the lead itself, or a member."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("who does it"))
    case = models.ForeignKey(AnchorCase, models.PROTECT, related_name="steps")
    meeting = models.ForeignKey(AnchorMeeting, models.CASCADE, related_name="steps")
    text = EncryptedTextField(_("step"), owner="from_partner")
    due_on = models.DateField(_("by"), null=True)
    done_on = models.DateField(_("done on"), null=True, default=None)

    class Meta:
        verbose_name = _("agreed step")
        indexes = [models.Index(fields=["case", "id"], name="anchor_step_list")]
        constraints = [
            *same_partner("case", owner="from_partner_id"),
            SameOwner(field="meeting", by={"from_partner_id": "partner_id", "case_id": "case_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="lead", role="web", using=SENDER),
            Policy(name="members_read", role="web", command="SELECT", using=_member_of("referrals_anchorstep.case_id")),
            Policy(
                name="who_does_it_marks",
                role="web",
                command="UPDATE",
                using=f"{RECEIVER} and {_member_of('referrals_anchorstep.case_id')}",
            ),
            Fixed(columns=["from_partner_id", "to_partner_id", "case_id", "meeting_id", "text", "due_on"]),
            Recorded(record="anchor_case", partners=["from_partner_id"], about_person=True, number="case_id"),
        ]

    def __str__(self) -> str:
        return f"step {self.pk}"


class AnchorGuidance(models.Model):
    """To what the young person was guided: a referral of the lead, or a service outside the portal; and whether they came first."""

    class Kind(models.TextChoices):
        REFERRAL = "referral", _("Referral")
        CHILD_WELFARE = "child_welfare", _("Child welfare")
        YOUTH_CENTRE = "youth_centre", _("Youth work")
        HEALTH = "health", _("Health service")
        SUBSTANCES = "substances", _("Service for drugs or alcohol")
        MEDIATION = "mediation", _("Mediation")
        OTHER = "other", _("Another service")

    class Visit(models.TextChoices):
        KEPT = "kept", _("Came")
        MISSED = "missed", _("Did not come")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    case = models.ForeignKey(AnchorCase, models.PROTECT, related_name="guidances")
    kind = models.CharField(_("to what"), max_length=20, choices=Kind)
    referral = models.ForeignKey(Referral, models.PROTECT, null=True, related_name="+", verbose_name=_("referral"))
    guided_on = models.DateField(_("guided on"), default=timezone.localdate)
    visit = models.CharField(_("first visit"), max_length=10, choices=Visit, blank=True, default="")

    class Meta:
        verbose_name = _("guidance in an anchor case")
        indexes = [models.Index(fields=["case", "id"], name="anchor_guidance_list")]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(kind="referral"), Q(referral__isnull=False)), name="guided_by_a_referral"
            ),
            models.UniqueConstraint(fields=["case", "referral", "partner"], name="guided_once_by_a_referral"),
            *same_partner("case"),
            SameOwner(field="referral", by={"partner_id": "from_partner_id"}),
            *_sheet("referrals_anchorguidance"),
            *jobs_read("id", "case_id", "referral_id", "visit"),
            Recorded(record="anchor_case", partners=["partner_id"], about_person=True, number="case_id"),
        ]

    def __str__(self) -> str:
        return f"guidance {self.pk}"

    @property
    def first_visit(self) -> str:
        """Whether they came: as the receiver of the referral says, where it has said it and the reader sees it; else as was noted."""
        appointment = getattr(self.referral, "first_appointment", None) if self.referral else None
        return (appointment.outcome if appointment else "") or self.visit


class AnchorCheck(models.Model):
    """That the team looks again some months after a case was closed, and what it saw."""

    class Result(models.TextChoices):
        WELL = "well", _("Goes well")
        CONCERN = "concern", _("There is a new concern")
        NOT_REACHED = "not_reached", _("Could not be reached")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    case = models.ForeignKey(AnchorCase, models.PROTECT, related_name="checks")
    months = models.PositiveSmallIntegerField(_("months after"))
    look_on = models.DateField(_("look again on"))
    looked_on = models.DateField(_("looked on"), null=True, default=None)
    result = models.CharField(_("what was seen"), max_length=20, choices=Result, blank=True, default="")

    class Meta:
        verbose_name = _("look again at an anchor case")
        indexes = [models.Index(fields=["partner", "look_on"], condition=Q(looked_on=None), name="anchor_look_again")]
        constraints = [
            models.UniqueConstraint(fields=["case", "months", "partner"], name="look_again_once"),
            models.CheckConstraint(
                condition=both_or_neither(Q(result=""), Q(looked_on=None)), name="looked_and_saw_something"
            ),
            *same_partner("case"),
            *own_rows(),
            Fixed(columns=["result", "looked_on"], when="old.looked_on is not null", name="looked_once"),
            Recorded(record="anchor_case", partners=["partner_id"], about_person=True, number="case_id"),
        ]

    def __str__(self) -> str:
        return f"look again {self.pk}"

    @property
    def is_due(self) -> bool:
        """The day has come, and nobody has looked."""
        return self.looked_on is None and self.look_on <= timezone.localdate()


def due_checks(partner: Partner) -> models.QuerySet[AnchorCheck]:
    """Of cases that the partner led, the looks that are due, the longest due first."""
    checks = AnchorCheck.objects.filter(partner=partner, looked_on=None, look_on__lte=timezone.localdate())
    return checks.select_related("case__person").order_by("look_on", "id")
