"""Breaking the glass: somebody opened the record of a person with whom they have nothing to do, and said why."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.purposes import Purpose
from partnership.isolation.acting import Acting
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.policies import AUDITOR, MANAGER, MINE, OWN, ROLE, USER, Grant, Policy, auditor_reads
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

OPEN_FOR = timedelta(hours=3)
OF_OWN_PERSON = (
    "exists (select from cases_person p where p.id = person_number and p.partner_id = cases_recordopening.partner_id)"
)


class RecordOpeningQuerySet(models.QuerySet["RecordOpening"]):
    def in_force(self, acting: Acting) -> RecordOpeningQuerySet:
        """The user's own openings of the last three hours."""
        return self.filter(partner=acting.partner, user=acting.user, opened_at__gt=timezone.now() - OPEN_FOR)


class RecordOpening(models.Model):
    """Who opened whose record for three hours, what for and in which words. Nobody changes or deletes it, nor dates it otherwise.

    The person by number alone: the line stays when the person is gone.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person_number = models.BigIntegerField(_("person"))
    purpose = models.CharField(_("what for"), max_length=10, choices=Purpose)
    words = EncryptedTextField(_("why you need it"))
    opened_at = models.DateTimeField(_("opened"), db_default=TransactionNow())
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    objects = RecordOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opened record")
        indexes = [
            models.Index(fields=["user", "-opened_at"], name="opening_in_force"),
            models.Index(fields=["partner", "-id"], name="opening_own"),
            models.Index(fields=["-id"], condition=Q(checked_at=None), name="opening_to_check"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="opening_has_words"),
            models.CheckConstraint(condition=~Q(purpose=""), name="opening_has_a_purpose"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            # One's own; a manager or case manager sees all of the partner's.
            Policy(
                name="see",
                role="web",
                command="SELECT",
                using=f"({OWN} and (user_id = {USER} or {MANAGER} or {ROLE} = 'case_manager'))",
            ),
            auditor_reads(),
            Policy(
                name="open_own",
                role="web",
                command="INSERT",
                using=f"({MINE} and opened_at = now() and checked_at is null and {OF_OWN_PERSON})",
            ),
            # The auditor says that it was checked, and nothing else.
            Policy(name="mark", role="web", command="UPDATE", using=AUDITOR),
            Fixed(
                columns=["partner_id", "user_id", "person_number", "purpose", "words", "opened_at"],
                when="current_user = 'portal_web'",
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"
