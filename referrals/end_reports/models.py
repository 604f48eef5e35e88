"""End reports that an NGO sends to who referred somebody: how many goals were achieved and, by consent, how scores changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.assessments.instruments import INSTRUMENTS
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.agreements.flows import flow_today
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedJSONField
from partnership.isolation.pointers import PARTIES, SameOwner, same_partner
from partnership.isolation.policies import RECEIVER, SENDER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.handover.models import Referral

COVERED = f"""exists (
 select from cases_consent c where c.id = referrals_endreport.consent_id and c.valid_days @> {TODAY})
and exists (
 select from partnership_agreement a where a.id = referrals_endreport.agreement_id and a.valid_from <= {TODAY}
    and coalesce(a.valid_to, 'infinity') >= {TODAY} and coalesce(a.ended_on, 'infinity') > {TODAY})
and {flow_today("outcome")}"""  # noqa: S608
"""Of an end report: the person's consent and an agreement cover it today."""


class EndReportQuerySet(models.QuerySet["EndReport"]):
    def seen_by(self, acting: Acting) -> EndReportQuerySet:
        """Those that the acting partner sent or received; a receiver's, while consent and agreement cover them."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))


class EndReport(models.Model):
    """What an NGO tells who referred somebody of how it ended. Written once: what the goals were, and why, stays at the NGO.

    `scores`: instrument → {"first", "latest", "first_on", "latest_on"}, those that the person consents to show.
    """

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="end_reports")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    achieved = models.PositiveSmallIntegerField(_("goals achieved"))
    partly = models.PositiveSmallIntegerField(_("goals partly achieved"))
    not_achieved = models.PositiveSmallIntegerField(_("goals not achieved"))
    scores = EncryptedJSONField(_("scores"), owner="from_partner", blank=True, default=dict)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = EndReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("end report")
        verbose_name_plural = _("end reports")
        indexes = [models.Index(fields=["referral", "-id"], name="end_report_of")]
        constraints = [
            *same_partner("person", "enrolment", owner="from_partner_id"),
            SameOwner(field="consent", by={**PARTIES, "person_id": "person_id"}),
            # The report goes the other way: its receiver is who sent the referral.
            SameOwner(field="referral", by={"to_partner_id": "from_partner_id", "from_partner_id": "to_partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="sender_reads", role="web", command="SELECT", using=SENDER),
            Policy(name="receiver_reads", role="web", command="SELECT", using=f"{RECEIVER} and {COVERED}"),
            Policy(name="sender_writes", role="web", command="INSERT", using=f"{SENDER} and {COVERED}"),
            # Whoever erases a person takes the scores out of what was said; nothing else of it is changed.
            Policy(name="sender_erases", role="web", command="UPDATE", using=SENDER),
            Fixed(
                columns=[
                    "from_partner_id", "to_partner_id", "referral_id", "person_id", "enrolment_id", "consent_id", "agreement_id",
                    "achieved", "partly", "not_achieved", "signed_by_id", "sent_at",
                ],
            ),
            written_by("signed_by_id"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{_('End report')} {self.pk}"

    def scores_in_words(self) -> list[tuple[Any, str, str]]:
        """Of each score that is shown: the instrument, the first and the latest total."""
        return [
            (INSTRUMENTS[code].label, f"{score['first']}", f"{score['latest']}") for code, score in self.scores.items()
        ]
