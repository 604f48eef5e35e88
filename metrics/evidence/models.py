"""Claims about programmes, districts and interventions; and pages of programmes' evidence that are public."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics.runs.models import Run
from metrics.trends.models import Intervention
from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import COORDINATOR, OWN, USER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import District, Partner, Role, User
from programs.catalogue.models import Programme

ABOUT_OWN = f"exists (select from programs_programme p where p.id = programme_id and p.{OWN})"
"""SQL: the claim is about a programme of the acting partner."""

OF_PUBLIC = (
    "exists (select from metrics_run r where r.id = run_id and r.published_at is not null and r.withdrawn_at is null)"
)
"""SQL: it is of a release that is public: results are published once a year, those of one programme too."""


class ClaimQuerySet(models.QuerySet["Claim"]):
    def seen_by(self, acting: Acting) -> ClaimQuerySet:
        """Those about districts and interventions, and about the own programmes; all of them for the coordinator."""
        if acting.role == Role.COORDINATOR:
            return self
        return self.filter(Q(programme=None) | Q(programme__partner=acting.partner))


class Claim(models.Model):
    """What somebody says that a programme, or work in a district, has changed: how much, within which time, and where it is said."""

    class Measure(models.TextChoices):
        REARREST = "any", _("Arrested again, any offence")
        REARREST_DRUG = "drug", _("Arrested again, drug offence")
        ALL_ARRESTS = "all_arrests", _("All arrests")
        DRUG_ARRESTS = "drug_arrests", _("Arrests for drug offences")
        JUVENILE_ARRESTS = "juvenile_drug_arrests", _("Arrests of under-18s for drug offences")
        OVERDOSES = "overdoses", _("Overdoses")
        ELSE = "else", _("Something that the portal does not measure")

    OF_PEOPLE = (Measure.REARREST, Measure.REARREST_DRUG)
    OF_PLACES = (Measure.ALL_ARRESTS, Measure.DRUG_ARRESTS, Measure.JUVENILE_ARRESTS, Measure.OVERDOSES)
    MONTHS = (6, 12, 24, 36, 48, 60)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("programme")
    )
    district = models.ForeignKey(
        District, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    intervention = models.ForeignKey(
        Intervention, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("intervention")
    )
    measure = models.CharField(_("what is said to have changed"), max_length=25, choices=Measure)
    change = models.SmallIntegerField(
        _("change in per cent"),
        null=True,
        blank=True,
        help_text=_("Below 0 for fewer: −40 for “40 % fewer”. Empty where only “fewer” is claimed."),
    )
    months = models.PositiveSmallIntegerField(
        _("within so many months"),
        null=True,
        blank=True,
        choices=[(number, str(number)) for number in MONTHS],
        help_text=_("Of re-arrest: since the start in the programme. Of a district: 60, against five years before."),
    )
    words = models.CharField(_("the claim in its own words"), max_length=300)
    source = models.CharField(
        _("where it is said"), max_length=300, help_text=_("Report, application or speech; and its date.")
    )
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.CheckConstraint(
                condition=Q(programme__isnull=False, district=None, intervention=None)
                | Q(programme=None, district__isnull=False, intervention=None)
                | Q(programme=None, district=None, intervention__isnull=False),
                name="claim_is_about_one",
                violation_error_message=_("Choose one of programme, district and intervention."),
            ),
            models.CheckConstraint(
                condition=Q(measure="else")
                | Q(measure__in=["any", "drug"], programme__isnull=False, months__isnull=False)
                | Q(
                    measure__in=["all_arrests", "drug_arrests", "juvenile_drug_arrests", "overdoses"],
                    district__isnull=False,
                    months=60,
                )
                | Q(
                    measure__in=["all_arrests", "drug_arrests", "juvenile_drug_arrests", "overdoses"],
                    intervention__isnull=False,
                    months=None,
                ),
                name="claim_of_what_is_measured",
                violation_error_message=_(
                    "Re-arrest is measured of a programme within so many months; arrests and overdoses of a district over 60 months, or of an intervention without a number of months."
                ),
            ),
            models.CheckConstraint(
                condition=Q(change=None) | (Q(change__gte=-100, change__lte=1000) & ~Q(change=0)),
                name="claimed_change_is_one",
                violation_error_message=_("Give a change between −100 and 1000 per cent, and not 0."),
            ),
            models.CheckConstraint(condition=~Q(words="") & ~Q(source=""), name="claim_has_words_and_source"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(
                name="seen", role="web", command="SELECT", using=f"(programme_id is null or {ABOUT_OWN} or {COORDINATOR})"
            ),
            *[
                Policy(
                    name=f"own_{verb.lower()}",
                    role="web",
                    command=verb,
                    using=f"{OWN} and ({COORDINATOR} or {ABOUT_OWN})",
                )
                for verb in ("INSERT", "UPDATE", "DELETE")
            ],
            written_by("written_by_id"),
            Fixed(columns=["partner_id", "written_by_id", "written_at"], name="stays_its_own"),
            Recorded(record="claim", partners=["partner_id"], leaves_out=["written_at"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.words

    @property
    def about(self) -> str:
        """What it is about, by name."""
        if self.programme:
            return self.programme.local_name
        return self.district.local_name if self.district else str(self.intervention)


class PublicEvidence(models.Model):
    """The evidence of a programme in one release, word by word as its partner agreed to make it public, in each language.

    `content`: language → what `metrics.evidence.frozen.content_of` makes.
    """

    class State(models.TextChoices):
        AGREED = "agreed", _("Waits for the coordination office")
        PUBLISHED = "published", _("Public")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    content = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.AGREED)
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(_("why it is withdrawn"), max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("public evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "programme"], condition=~Q(state="withdrawn"), name="one_public_evidence_of_programme"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(published_by=None), Q(published_at=None)), name="somebody_published_evidence"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="public_evidence_was_published"
            ),
            models.CheckConstraint(
                condition=both_or_neither(~Q(state="withdrawn"), Q(withdrawn_at=None))
                & (~Q(state="withdrawn") | (Q(withdrawn_by__isnull=False) & ~Q(withdrawn_because=""))),
                name="withdrawn_evidence_says_why",
            ),
            *same_partner("programme"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="parties_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or {COORDINATOR} or published_at is not null)",
            ),
            Policy(
                name="partner_agrees", role="web", command="INSERT", using=f"{OWN} and state = 'agreed' and {OF_PUBLIC}"
            ),
            Policy(
                name="office_publishes",
                role="web",
                command="UPDATE",
                using=f"{COORDINATOR} and state <> 'withdrawn'",
                check=f"{COORDINATOR} and (state = 'published' and published_by_id = {USER}"
                f" or state = 'withdrawn' and withdrawn_by_id = {USER})",
            ),
            Policy(
                name="partner_withdraws",
                role="web",
                command="UPDATE",
                using=f"{OWN} and state <> 'withdrawn'",
                check=f"{OWN} and state = 'withdrawn' and withdrawn_by_id = {USER}",
            ),
            written_by("agreed_by_id"),
            Fixed(columns=["partner_id", "programme_id", "run_id", "content", "agreed_by_id", "agreed_at"], name="as_agreed"),
            Fixed(columns=["published_by_id", "published_at"], when="old.published_at is not null", name="published_once"),
            Recorded(record="public_evidence", partners=["partner_id"], leaves_out=["agreed_at", "content"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.programme} · {self.run.quarter}"
