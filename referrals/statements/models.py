"""Statements of an NGO to a prosecutor, a court or the probation service: whether somebody comes as agreed, in dates and counts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.agreements.flows import flow_today, under_agreement_of_both
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField
from partnership.isolation.pointers import PARTIES, SameOwner, same_partner
from partnership.isolation.policies import RECEIVER, SENDER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.diversions.models import DiversionAgreement

COVERED = f"""exists (
 select from cases_consent c where c.id = referrals_statement.consent_id and c.valid_days @> {TODAY})
and exists (
 select from partnership_agreement a where a.id = referrals_statement.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("identity")}
and {flow_today("attendance_counts")}"""  # noqa: S608
"""Of a statement: the person's consent and an agreement cover it today."""


IDENTITY = ("first_names", "last_name", "born_on", "number")
"""What tells who it is about: taken out of it by erasure, never replaced."""


class StatementQuerySet(models.QuerySet["Statement"]):
    def seen_by(self, acting: Acting) -> StatementQuerySet:
        """Those that the acting partner sent or received; a receiver's, while consent and agreement cover them."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))


class Statement(models.Model):
    """What an NGO tells an authority of somebody who takes part: since when, how often, whether as agreed. Written once.

    Neither the programme nor what was said or found there stands in it, unless the person consents to a `note` for the court.
    """

    class Attendance(models.TextChoices):
        AS_AGREED = "as_agreed", _("Came as agreed")
        PARTLY = "partly", _("Came partly as agreed")
        NOT_AS_AGREED = "not_as_agreed", _("Did not come as agreed")

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="statements")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    diversion = models.ForeignKey(DiversionAgreement, models.PROTECT, null=True, related_name="statements")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    number = EncryptedTextField(_("case number"), owner="from_partner", blank=True)
    attendance = models.CharField(_("attendance"), max_length=20, choices=Attendance)
    started_on = models.DateField(_("takes part since"))
    ended_on = models.DateField(_("until"), null=True)
    attended = models.PositiveSmallIntegerField(_("meetings attended"))
    missed = models.PositiveSmallIntegerField(_("meetings missed"))
    note = EncryptedTextField(_("note for the court"), owner="from_partner", blank=True, default="")
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        indexes = [
            models.Index(fields=["to_partner", "-sent_at", "-id"], name="statement_received"),
            models.Index(fields=["from_partner", "-sent_at", "-id"], name="statement_sent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="statement_ends_after_start"
            ),
            *same_partner("person", "enrolment", owner="from_partner_id"),
            SameOwner(field="consent", by={**PARTIES, "person_id": "person_id"}),
            SameOwner(field="diversion", by={"from_partner_id": "to_partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="sender_reads", role="web", command="SELECT", using=SENDER),
            Policy(name="receiver_reads", role="web", command="SELECT", using=f"{RECEIVER} and {COVERED}"),
            Policy(name="sender_writes", role="web", command="INSERT", using=f"{SENDER} and {COVERED}"),
            under_agreement_of_both("referrals_statement"),
            # Whoever erases a person takes the name out of what was said; nothing else of it is changed.
            Policy(name="sender_erases", role="web", command="UPDATE", using=SENDER),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "person_id", "enrolment_id", "consent_id", "agreement_id",
                    "diversion_id", "attendance", "started_on", "ended_on", "attended", "missed", "signed_by_id", "sent_at",
                ],
            ),
            Fixed(columns=["note"], when="new.note <> ''", name="note_fixed"),
            *[Fixed(columns=[name], when=f"new.{name} <> ''", name=f"{name}_goes_only") for name in IDENTITY],
            written_by("signed_by_id"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{_('Statement')} {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")
