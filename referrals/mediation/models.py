"""Mediation between somebody who takes part and whoever was harmed, and what an authority is told of how it ended.

A mediation is its own partner's. Whoever was harmed is named there and nowhere else: not in the report, not in the person's file of
all data. The report says how it ended, by the person's consent, as long as that lasts.

Source of the course (offered, each side agrees of their own will, held, agreement followed up): the Finnish Act on Conciliation in
Criminal and Certain Civil Cases (1015/2005), sections 2, 13 and 18, to be checked by a lawyer: not verified.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.agreements.flows import flow_today, under_agreement_of_both
from partnership.agreements.models import Agreement
from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField
from partnership.isolation.pointers import PARTIES, SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import RECEIVER, SENDER, Grant, Policy, jobs_read, own_rows, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

COVERED = f"""exists (
 select from cases_consent c where c.id = referrals_mediationreport.consent_id and c.valid_days @> {TODAY})
and exists (
 select from partnership_agreement a where a.id = referrals_mediationreport.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("identity")}
and {flow_today("outcome")}"""  # noqa: S608
"""Of a report: the person's consent and an agreement cover it today."""


class Side(models.TextChoices):
    PERSON = "person", _("The person")
    HARMED = "harmed", _("Whoever was harmed")


class Answer(models.TextChoices):
    AGREES = "agrees", _("Agrees to mediate")
    DECLINES = "declines", _("Declines")


class Result(models.TextChoices):
    AGREEMENT = "agreement", _("Agreement")
    NO_AGREEMENT = "no_agreement", _("No agreement")
    BROKEN_OFF = "broken_off", _("Broken off")


class Kept(models.TextChoices):
    YES = "yes", _("Kept")
    PARTLY = "partly", _("Partly kept")
    NO = "no", _("Not kept")


class MediationQuerySet(models.QuerySet["Mediation"]):
    def to_check(self) -> MediationQuerySet:
        """Those with an agreement of which nobody has said yet whether it was kept."""
        return self.filter(result=Result.AGREEMENT, kept="")


class Mediation(models.Model):
    """From the offer to whether the agreement was kept. Nobody meets unless each side has agreed."""

    class Term(models.TextChoices):
        APOLOGY = "apology", _("Apology")
        COMPENSATION = "compensation", _("Compensation")
        WORK = "work", _("Work done for them")
        CONDUCT = "conduct", _("How to behave towards each other")
        OTHER = "other", _("Something else was agreed")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="mediations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    harmed = EncryptedTextField(_("who was harmed"), blank=True)
    offered_on = models.DateField(_("offered on"))
    person_answer = models.CharField(_("the person's answer"), max_length=10, choices=Answer, blank=True, default="")
    harmed_answer = models.CharField(
        _("answer of whoever was harmed"), max_length=10, choices=Answer, blank=True, default=""
    )
    held_on = models.DateField(_("held on"), null=True, default=None)
    result = models.CharField(_("how it went"), max_length=20, choices=Result, blank=True, default="")
    terms = ArrayField(
        models.CharField(max_length=20, choices=Term), verbose_name=_("what was agreed"), blank=True, default=list
    )
    keep_by = models.DateField(_("to be kept by"), null=True, default=None)
    kept = models.CharField(_("agreement kept"), max_length=10, choices=Kept, blank=True, default="")
    kept_on = models.DateField(_("checked on"), null=True, default=None)
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = MediationQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediation")
        verbose_name_plural = _("mediations")
        indexes = [models.Index(fields=["partner", "-offered_on", "-id"], name="mediation_list")]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(result=""), Q(held_on=None)), name="mediation_held_with_a_result"
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(person_answer="agrees", harmed_answer="agrees"),
                name="mediation_held_where_both_agree",
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(held_on__gte=F("offered_on")), name="mediation_held_after_the_offer"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(result="agreement"), Q(terms__len__gte=1)), name="an_agreement_has_terms"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(result="agreement"), Q(keep_by__isnull=False)),
                name="an_agreement_is_kept_by_a_day",
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(kept=""), Q(kept_on=None)), name="mediation_checked_on_a_day"
            ),
            models.CheckConstraint(condition=Q(kept="") | Q(result="agreement"), name="only_an_agreement_is_kept"),
            known_by_owner("partner", "person", name="mediation_by_person"),
            *same_partner("enrolment", "person"),
            *own_rows(),
            # For retention, which counts without names.
            *jobs_read("id", "person_id", "offered_on", "result", "kept", "kept_on"),
            Fixed(columns=["partner_id", "enrolment_id", "person_id", "offered_on", "offered_by_id"]),
            Fixed(columns=["held_on", "result", "terms"], when="old.held_on is not null", name="held_once"),
            Fixed(columns=["kept", "kept_on"], when="old.kept <> ''", name="kept_once"),
            written_by("offered_by_id"),
            Recorded(record="mediation", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"{_('Mediation')} {self.pk}"

    @property
    def can_be_held(self) -> bool:
        """Each side has agreed, and they have not met."""
        return not self.result and self.person_answer == self.harmed_answer == Answer.AGREES

    @property
    def is_declined(self) -> bool:
        """One side does not want to."""
        return Answer.DECLINES in (self.person_answer, self.harmed_answer)

    @property
    def is_to_check(self) -> bool:
        """There is an agreement, and nobody has said yet whether it was kept."""
        return self.result == Result.AGREEMENT and not self.kept

    @property
    def can_be_told(self) -> bool:
        """Declined or held: an authority can be told."""
        return self.is_declined or bool(self.result)

    @property
    def terms_in_words(self) -> str:
        """What was agreed, one after the other."""
        return ", ".join(str(self.Term(term).label) for term in self.terms)


IDENTITY = ("first_names", "last_name", "born_on", "number")
"""What a report says of whom it is about: erasure empties it, and nothing else takes its place."""


class MediationReportQuerySet(models.QuerySet["MediationReport"]):
    def seen_by(self, acting: Acting) -> MediationReportQuerySet:
        """Those that the acting partner sent or received; a receiver's, while consent and agreement cover them."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))


class MediationReport(models.Model):
    """What an authority is told of a mediation: held or not, how it went, whether it was kept. Written once; nobody who was harmed is
    named."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="reports")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    number = EncryptedTextField(_("case number"), owner="from_partner", blank=True)
    held_on = models.DateField(_("held on"), null=True)
    result = models.CharField(_("how it went"), max_length=20, choices=Result, blank=True)
    kept = models.CharField(_("agreement kept"), max_length=10, choices=Kept, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = MediationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a mediation")
        indexes = [models.Index(fields=["to_partner", "-sent_at", "-id"], name="mediation_report_received")]
        constraints = [
            *same_partner("person", owner="from_partner_id"),
            SameOwner(field="mediation", by={"from_partner_id": "partner_id", "person_id": "person_id"}),
            SameOwner(field="consent", by={**PARTIES, "person_id": "person_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="sender_reads", role="web", command="SELECT", using=SENDER),
            Policy(name="receiver_reads", role="web", command="SELECT", using=f"{RECEIVER} and {COVERED}"),
            under_agreement_of_both("referrals_mediationreport"),
            Policy(name="sender_writes", role="web", command="INSERT", using=f"{SENDER} and {COVERED}"),
            # Whoever erases a person takes the name out of what was said; nothing else of it is changed.
            Policy(name="sender_erases", role="web", command="UPDATE", using=SENDER),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "mediation_id", "person_id", "consent_id", "agreement_id", "held_on", "result",
                    "kept", "signed_by_id", "sent_at",
                ],
            ),
            *[Fixed(columns=[name], when=f"new.{name} <> ''", name=f"{name}_goes_only") for name in IDENTITY],
            written_by("signed_by_id"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{_('Report of a mediation')} {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")
