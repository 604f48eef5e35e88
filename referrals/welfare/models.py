"""Child welfare notices: a concern for a child that is told to social services. The law asks for it; no consent is needed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedDateField, EncryptedTextField
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import RECEIVER, SENDER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.diversions.models import acting_for_another


class WelfareNoticeQuerySet(models.QuerySet["WelfareNotice"]):
    def seen_by(self, acting: Acting) -> WelfareNoticeQuerySet:
        """Those that the acting partner made or received."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))


class WelfareNotice(models.Model):
    """A notice to social services about somebody under 18: who it is and what the concern is. Written once; acknowledged once."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), owner="from_partner", blank=True)
    last_name = EncryptedTextField(_("last name"), owner="from_partner", blank=True)
    born_on = EncryptedDateField(_("date of birth"), owner="from_partner", blank=True)
    identity_code = EncryptedTextField(_("personal identity code"), owner="from_partner", blank=True)
    phone = EncryptedTextField(_("phone"), owner="from_partner", blank=True)
    concern = EncryptedTextField(_("concern"), owner="from_partner", blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)

    objects = WelfareNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("child welfare notice")
        verbose_name_plural = _("child welfare notices")
        indexes = [
            models.Index(fields=["to_partner", "-made_at", "-id"], name="welfare_received"),
            models.Index(fields=["from_partner", "-made_at", "-id"], name="welfare_made"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(acknowledged_by=None), Q(acknowledged_at=None)),
                name="somebody_acknowledged_the_notice",
            ),
            *same_partner("person", owner="from_partner_id"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="parties_read", role="web", command="SELECT", using=f"({SENDER} or {RECEIVER})"),
            Policy(name="sender_makes", role="web", command="INSERT", using=SENDER),
            Policy(name="parties_update", role="web", command="UPDATE", using=f"({SENDER} or {RECEIVER})"),
            Fixed(columns=["from_partner_id", "to_partner_id", "person_id", "made_by_id", "made_at"]),
            Fixed(
                columns=["first_names", "last_name", "born_on", "identity_code", "phone", "concern"],
                when=acting_for_another("old.from_partner_id"),
                name="senders",
            ),
            Fixed(
                columns=["acknowledged_by_id", "acknowledged_at"],
                when=acting_for_another("old.to_partner_id"),
                name="receivers",
            ),
            written_by("made_by_id"),
        ]

    def __str__(self) -> str:
        return f"{_('Child welfare notice')} {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or "")
