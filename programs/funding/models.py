"""Calls for funding that partners tell each other of, who would lead or join an application, and drafts of those who apply together."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import FAR_DAY, before_2200
from partnership.isolation.pointers import known_by_owner
from partnership.isolation.policies import OWN, PARTNER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

SOON = timedelta(days=30)
"""A call closes soon when no more days than these are left."""


class FundingCallQuerySet(models.QuerySet["FundingCall"]):
    def for_lists(self) -> FundingCallQuerySet:
        """With `closing`, by which they are ordered: the last day, far away where there is none."""
        return self.select_related("partner").annotate(closing=Coalesce("closes_on", FAR_DAY))

    def open(self) -> FundingCallQuerySet:
        """Not closed and not withdrawn; also those that open later."""
        return self.filter(Q(closes_on=None) | Q(closes_on__gte=timezone.localdate()), withdrawn_why="")

    def closing_soon(self) -> FundingCallQuerySet:
        """Open, and closed in thirty days."""
        return self.open().filter(closes_on__lte=timezone.localdate() + SOON)


class FundingCall(models.Model):
    """A call of a funder, as a partner read it. Every partner sees it; the funder's own page says what holds."""

    class Theme(models.TextChoices):
        PREVENTION = "prevention", _("Prevention among young people")
        FAMILIES = "families", _("Families")
        LOW_THRESHOLD = "low_threshold", _("Harm reduction, low threshold")
        TREATMENT = "treatment", _("Treatment and rehabilitation")
        JUSTICE = "justice", _("Diversion, courts, prison")
        REINTEGRATION = "reintegration", _("Housing, work and study")
        NEIGHBOURHOODS = "neighbourhoods", _("Neighbourhoods and safety")
        TRAINING = "training", _("Training and cooperation")
        RESEARCH = "research", _("Research and evaluation")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("told by"))
    funder = models.CharField(_("funder"), max_length=150)
    title = models.CharField(_("title"), max_length=200)
    link = models.URLField(_("link"), max_length=500, help_text=_("The funder’s own page: what it says holds."))
    opens_on = models.DateField(_("opens on"), default=timezone.localdate)
    closes_on = models.DateField(
        _("closes on"), null=True, blank=True, help_text=_("The last day. Empty: it takes applications all the time.")
    )
    least_eur = models.PositiveIntegerField(_("least amount, euros"), null=True, blank=True)
    most_eur = models.PositiveIntegerField(_("largest amount, euros"), null=True, blank=True)
    may_apply = ArrayField(
        models.CharField(max_length=20, choices=Partner.Kind),
        verbose_name=_("who may apply"),
        help_text=_("Of those in this partnership; others may join as the funder says."),
    )
    themes = ArrayField(models.CharField(max_length=20, choices=Theme), verbose_name=_("themes"))
    about = models.TextField(
        _("in short"), max_length=2000, blank=True, help_text=_("What it pays for, own share, how long, in your words.")
    )
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects = FundingCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("funding call")
        verbose_name_plural = _("funding calls")
        indexes = [models.Index(fields=["closes_on", "id"], name="funding_calls_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "funder", "title"],
                name="funding_call_told_once",
                violation_error_message=_("You have told of this call already."),
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closes_on__gte=F("opens_on")),
                name="call_opens_before_it_closes",
                violation_error_message=_("It closes before it opens."),
            ),
            before_2200("closes_on", name="call_closes_on_a_day_that_counts"),
            models.CheckConstraint(
                condition=Q(least_eur=None) | Q(most_eur=None) | Q(least_eur__lte=F("most_eur")),
                name="call_amounts_in_order",
                violation_error_message=_("The least amount is above the largest."),
            ),
            models.CheckConstraint(
                condition=Q(link__startswith="https://") | Q(link__startswith="http://"),
                name="call_links_to_the_web",
                violation_error_message=_("Give an address that begins with https://."),
            ),
            models.CheckConstraint(condition=~Q(may_apply=[]), name="somebody_may_apply"),
            models.CheckConstraint(condition=~Q(themes=[]), name="call_has_a_theme"),
            known_by_owner("partner", name="funding_call_of_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="partners_read", role="web", command="SELECT", using=f"{PARTNER} is not null"),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Fixed(columns=["partner_id"], name="stays_its_partners"),
            Recorded(record="funding_call"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Closed or withdrawn."""
        return bool(self.withdrawn_why) or (self.closes_on is not None and self.closes_on < timezone.localdate())

    @property
    def days_left(self) -> int | None:
        """Until its last day; None where it has none."""
        return None if self.closes_on is None else (self.closes_on - timezone.localdate()).days

    @property
    def closes_soon(self) -> bool:
        return not self.is_over and self.days_left is not None and self.days_left <= SOON.days

    def may_apply_labels(self) -> list[str]:
        return [str(Partner.Kind(kind).label) for kind in self.may_apply]

    def theme_labels(self) -> list[str]:
        return [str(self.Theme(theme).label) for theme in self.themes]


class CallInterest(models.Model):
    """That a partner would lead an application to a call, or join one. Every partner sees it: that is how they find each other."""

    class Part(models.TextChoices):
        LEADS = "leads", _("Would lead")
        JOINS = "joins", _("Would join")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    call = models.ForeignKey(FundingCall, models.PROTECT, related_name="interests")
    part = models.CharField(_("what you would do"), max_length=10, choices=Part)
    brings = models.CharField(
        _("what you bring"), max_length=300, blank=True, help_text=_("Places, people, experience, own share.")
    )
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("interest in a call")
        ordering = ["-part", "said_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "partner"], name="one_interest_a_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="partners_read", role="web", command="SELECT", using=f"{PARTNER} is not null"),
            *[
                Policy(name=f"own_{command.lower()}", role="web", command=command, using=OWN)
                for command in ("INSERT", "UPDATE", "DELETE")
            ],
            Fixed(columns=["partner_id", "call_id"], name="stays_of_its_call"),
            Recorded(record="funding_call", number="call_id"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.call_id}"


class JointApplication(models.Model):
    """A draft of an application that the partner leads and others join, who read it. What becomes of it is the funder's to say.

    `joins`: numbers of the partners that join; a column, which the policy compares.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("lead"))
    call = models.ForeignKey(FundingCall, models.PROTECT, related_name="applications")
    title = models.CharField(_("what it would be called"), max_length=150)
    plan = models.TextField(
        _("what you would do"), max_length=4000, help_text=_("For whom, where, how long, who does what.")
    )
    amount_eur = models.PositiveIntegerField(_("amount that you ask for, euros"), null=True, blank=True)
    joins = ArrayField(models.BigIntegerField(), verbose_name=_("who joins"), default=list, blank=True)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    dropped_why = models.CharField(_("why it was dropped"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("joint application")
        verbose_name_plural = _("joint applications")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "partner"],
                condition=Q(dropped_why=""),
                name="one_application_a_lead",
            ),
            known_by_owner("partner", name="application_of_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="those_who_apply_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or {PARTNER} = any (joins))",
            ),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            written_by("begun_by_id"),
            Fixed(columns=["partner_id", "call_id", "begun_by_id", "begun_at"], name="stays_of_its_lead"),
            Fixed(
                columns=["title", "plan", "amount_eur", "joins", "dropped_why"],
                when="old.dropped_why <> ''",
                name="stays_dropped",
            ),
            Recorded(record="joint_application", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.title
