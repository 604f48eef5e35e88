"""Prevention plans: what a programme does to prevent drug use, the advice on it, and who answered for what."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import COORDINATOR, OWN, USER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, Role, User
from programs.catalogue.models import Programme
from programs.standards.practices import CHOICES, LOOKS, Verdict


class PlanQuerySet(models.QuerySet["PreventionPlan"]):
    def seen_by(self, acting: Acting) -> PlanQuerySet:
        """Those of the own partner, those that are approved, and for the coordinator those that were submitted."""
        seen = Q(partner=acting.partner) | Q(state=PreventionPlan.State.APPROVED)
        if acting.role == Role.COORDINATOR:
            seen |= Q(state__in=[PreventionPlan.State.SUBMITTED, PreventionPlan.State.RETURNED])
        return self.filter(seen)


class PreventionPlan(models.Model):
    """A version of a programme's plan. One is open at a time; what is approved stays as it is, and the next version follows it."""

    class Level(models.TextChoices):
        UNIVERSAL = "universal", _("Universal: everybody of an age or place")
        SELECTIVE = "selective", _("Selective: groups at higher risk")
        INDICATED = "indicated", _("Indicated: single people with first signs")
        ENVIRONMENTAL = "environmental", _("Environmental: rules and places")

    class Deliverer(models.TextChoices):
        TEACHER = "teacher", _("Teacher")
        PREVENTION_WORKER = "prevention_worker", _("Prevention worker")
        HEALTH = "health", _("Health professional")
        PARENTS = "parents", _("Parents")
        PEERS = "peers", _("People of the same age")
        POLICE = "police", _("Police officer")
        EX_USERS = "ex_users", _("Somebody who used drugs")

    class Evaluation(models.TextChoices):
        NONE = "none", pgettext_lazy("evaluation", "None")
        BEFORE_AFTER = "before_after", _("Questions before and after")
        COMPARED = "compared", _("Compared with a group without it")
        EXTERNAL = "external", _("By somebody from outside")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "Draft")
        ADVISED = "advised", pgettext_lazy("plan", "With advice")
        SUBMITTED = "submitted", pgettext_lazy("plan", "Waits for approval")
        APPROVED = "approved", pgettext_lazy("plan", "Approved")
        RETURNED = "returned", pgettext_lazy("plan", "Returned")

    OF_PLANNERS = (State.DRAFT, State.ADVISED, State.RETURNED)
    CONTENT = (
        "level", "practices", "deliverers", "leader", "qualified", "sessions", "part_of", "peer_source", "evaluation",
    )  # fmt: skip
    """What a planner writes."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="prevention_plans", verbose_name=_("programme")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    level = models.CharField(_("for whom"), max_length=15, choices=Level, default=Level.UNIVERSAL)
    practices = ArrayField(models.CharField(max_length=20, choices=CHOICES), verbose_name=_("what is done"))
    deliverers = ArrayField(models.CharField(max_length=20, choices=Deliverer), verbose_name=_("who does it"))
    leader = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who leads it"),
        help_text=_("A member of your organisation, with a valid certificate where the partnership asks for one."),
    )
    qualified = models.CharField(
        _("how they are qualified"),
        max_length=300,
        blank=True,
        help_text=_("Training or profession of those who do it, and when they had it."),
    )
    sessions = models.PositiveSmallIntegerField(_("meetings with the same people"), default=1)
    part_of = models.CharField(
        _("wider programme"), max_length=200, blank=True, help_text=_("What it is a part of, if it is.")
    )
    peer_source = models.CharField(
        _("source for peer mentoring"),
        max_length=300,
        blank=True,
        help_text=_("Where it is shown that this way of it works."),
    )
    evaluation = models.CharField(_("evaluation"), max_length=15, choices=Evaluation, default=Evaluation.NONE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    rating = models.CharField(_("rating"), max_length=10, choices=Verdict, blank=True)
    edition = models.CharField(_("edition of the standards"), max_length=40, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    words = models.TextField(_("what the coordinator says"), blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("prevention plan")
        verbose_name_plural = _("prevention plans")
        indexes = [
            models.Index(fields=["-written_at", "-id"], name="prevention_plan_list"),
            models.Index(fields=["submitted_at"], condition=Q(state="submitted"), name="prevention_plan_waits"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "programme", "version"], name="prevention_plan_version"),
            models.UniqueConstraint(
                fields=["partner", "programme"], condition=~Q(state="approved"), name="one_open_prevention_plan"
            ),
            models.CheckConstraint(condition=Q(sessions__gte=1), name="prevention_plan_meets_once"),
            models.CheckConstraint(
                condition=~Q(practices=[]) & ~Q(deliverers=[]), name="prevention_plan_says_what_and_who"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(decided_by=None), Q(decided_at=None)), name="somebody_decided_the_plan"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "returned"]) | Q(decided_at__isnull=False),
                name="decided_plan_has_its_decision",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(words=""), name="returned_plan_says_why"),
            models.CheckConstraint(
                condition=Q(state="draft") | (~Q(rating="") & ~Q(edition="")), name="advised_plan_has_its_rating"
            ),
            known_by_owner("partner", name="prevention_plan_of_partner"),
            *same_partner("programme"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="seen",
                role="web",
                command="SELECT",
                using=f"({OWN} or state = 'approved' or ({COORDINATOR} and state in ('submitted', 'returned')))",
            ),
            Policy(name="planners_add", role="web", command="INSERT", using=f"{OWN} and state = 'draft'"),
            written_by("written_by_id"),
            Policy(
                name="planners_change",
                role="web",
                command="UPDATE",
                using=f"{OWN} and state in ('draft', 'advised', 'returned')",
                check=f"{OWN} and state in ('draft', 'advised', 'submitted')",
            ),
            Policy(
                name="coordinator_decides",
                role="web",
                command="UPDATE",
                using=f"{COORDINATOR} and state = 'submitted'",
                check=f"{COORDINATOR} and state in ('approved', 'returned') and decided_by_id = {USER}",
            ),
            Fixed(columns=["partner_id", "programme_id", "version", "written_by_id", "written_at"], name="stays_its_own"),
            Fixed(
                columns=[
                    "level", "practices", "deliverers", "leader_id", "qualified", "sessions", "part_of", "peer_source", "evaluation",
                    "submitted_at",
                ],
                when="old.state in ('submitted', 'approved')",
                name="stays_as_submitted",
            ),
            # Approving rates anew.
            Fixed(columns=["rating", "edition"], when="old.state = 'approved'", name="stays_as_rated"),
            Recorded(record="prevention_plan", partners=["partner_id"], leaves_out=["written_at"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.programme} · {self.version}"

    @property
    def is_open_to_planners(self) -> bool:
        """Whether its own partner can change it."""
        return self.state in self.OF_PLANNERS

    @property
    def rating_looks(self) -> str:
        """How a page shows the rating: good, calm, wait or bad."""
        return LOOKS[Verdict(self.rating)] if self.rating else ""


OF_OPEN_PLAN = "exists (select from programs_preventionplan p where p.id = plan_id and p.state in ('draft', 'advised', 'returned'))"
"""SQL: the plan that the advice is on can still be changed by its planners."""
STOPPING = ["scare_tactics", "educators_alone", "nobody_qualified", "leader_without_certificate"]
"""Rules that stop a plan, as the database knows them."""


class PlanAdvice(models.Model):
    """What a rule says to a plan, and the answer: a reason, or a change after which the rule says nothing any more."""

    class Severity(models.TextChoices):
        STOPS = "stops", pgettext_lazy("advice", "Stops")
        WARNS = "warns", pgettext_lazy("advice", "Warns")
        ASKS = "asks", pgettext_lazy("advice", "Asks")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    plan = models.ForeignKey(PreventionPlan, models.PROTECT, related_name="advice")
    rule = models.CharField(_("advice"), max_length=30)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    is_present = models.BooleanField(_("still holds"), default=True)
    answer = models.CharField(_("reason"), max_length=500, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("advice on a plan")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "rule", "partner"], name="one_advice_a_rule"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="somebody_answered_the_advice",
            ),
            models.CheckConstraint(
                condition=~Q(rule__in=STOPPING) | Q(severity="stops"), name="what_stops_a_plan_says_so"
            ),
            *same_partner("plan"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="seen", role="web", command="SELECT", using=f"({OWN} or {COORDINATOR})"),
            Policy(name="own_insert", role="web", command="INSERT", using=f"{OWN} and answer = '' and {OF_OPEN_PLAN}"),
            Policy(name="own_update", role="web", command="UPDATE", using=f"{OWN} and {OF_OPEN_PLAN}"),
            Fixed(columns=["partner_id", "plan_id", "rule", "severity"]),
            # Whoever answers does so in their own name; for what stops a plan a case manager.
            Fixed(
                columns=["answer", "answered_by_id", "answered_at"],
                when="current_user = 'portal_web' and new.answer <> '' and (new.answered_by_id is distinct from portal_acting_user()"
                " or (old.severity = 'stops' and portal_acting_role() <> 'case_manager'))",
                name="answered_in_own_name",
            ),
            Recorded(
                record="prevention_plan",
                partners=["partner_id"],
                number="plan_id",
                leaves_out=["id", "partner_id", "plan_id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.plan_id}"

    @property
    def needs_answer(self) -> bool:
        """Neither a change nor a reason has answered it yet."""
        return self.is_present and not self.answer
