"""Agreements between partners: on which legal basis they exchange data, and what they promise."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.policies import COORDINATOR, STAFF, everybody_reads
from partnership.members.models import (
    Partner,
)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, on: date | None = None) -> AgreementQuerySet:
        """Agreements that are in force on a day; today unless said."""
        on = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, ended_on=None)

    def between(self, one: Any, other: Any) -> AgreementQuerySet:
        """Agreements to which both partners are parties."""
        return self.filter(parties=one).filter(parties=other)


class Agreement(models.Model):
    """A data-sharing agreement (MoU) between partners. Without one in force nothing is disclosed between them."""

    class LegalBasis(models.TextChoices):
        CONSENT = "consent", _("Consent of the person (GDPR 6(1)(a), 9(2)(a))")
        PUBLIC_TASK = "public_task", _("Task in the public interest (GDPR 6(1)(e), 9(2)(h))")
        LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation (GDPR 6(1)(c))")

    title = models.CharField(_("title"), max_length=150)
    parties = models.ManyToManyField(Partner, related_name="agreements", verbose_name=_("parties"))
    purposes = models.TextField(_("purposes"), help_text=_("What the data may be used for."))
    data_categories = models.TextField(_("data categories"), help_text=_("Which data may be disclosed."))
    legal_basis = models.CharField(_("legal basis"), max_length=30, choices=LegalBasis, default=LegalBasis.CONSENT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Empty: until further notice."))
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    open_cases_run = models.BooleanField(
        _("open cases run to their end"),
        default=False,
        help_text=_(
            "When it ends, what was sent under it goes on until the referral is closed. Otherwise everything stops."
        ),
    )
    days_to_acknowledge = models.PositiveSmallIntegerField(_("days to acknowledge a referral"), default=2)
    days_to_accept = models.PositiveSmallIntegerField(_("days to accept or decline a referral"), default=7)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="agreement_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(days_to_accept__gte=F("days_to_acknowledge")),
                name="acknowledge_before_accept",
                violation_error_message=_(
                    "A referral is acknowledged before it is accepted: allow at least as many days to accept."
                ),
            ),
            *everybody_reads(f"({COORDINATOR} or {STAFF})"),
            *everybody_reads(f"({COORDINATOR} or {STAFF})", through="parties"),
            Recorded(record="agreement"),
            Recorded(record="agreement", through="parties", number="agreement_id"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.ended_on is None and self.valid_from <= today and (self.valid_to is None or self.valid_to >= today)
