"""Breaking the glass: somebody opened the record of a person with whom they have nothing to do, or a protected one, and said why."""

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
OF_PROTECTED = "exists (select from cases_screen s where s.id = protected_number)"
"""Only who is named for protection sees the row that it asks for."""


class RecordOpeningQuerySet(models.QuerySet["RecordOpening"]):
    def in_force(self, acting: Acting) -> RecordOpeningQuerySet:
        """The user's own openings of the last three hours."""
        return self.filter(partner=acting.partner, user=acting.user, opened_at__gt=timezone.now() - OPEN_FOR)


class RecordOpening(models.Model):
    """Who opened whose record for three hours, what for and in which words. Nobody changes or deletes it, nor dates it otherwise.

    The person by number alone: the line stays when the person is gone. Of a protected record (`cases/protection`) its number, and
    not the person's: that line is seen by who is named for protection and by the auditor, not by managers.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person_number = models.BigIntegerField(_("person"), null=True)
    protected_number = models.BigIntegerField(_("protected record"), null=True)
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
            models.CheckConstraint(
                condition=Q(person_number=None, protected_number__isnull=False)
                | Q(person_number__isnull=False, protected_number=None),
                name="opening_of_one_record",
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            # One's own; a manager or case manager sees all of the partner's, but for those of protected records, which are for
            # who is named.
            Policy(
                name="see",
                role="web",
                command="SELECT",
                using=f"({OWN} and (user_id = {USER} or protected_number is null and ({MANAGER} or {ROLE} = 'case_manager')"
                f" or {OF_PROTECTED}))",
            ),
            auditor_reads(),
            Policy(
                name="open_own",
                role="web",
                command="INSERT",
                using=f"({MINE} and opened_at = now() and checked_at is null and ({OF_OWN_PERSON} or {OF_PROTECTED}))",
            ),
            # The auditor says that it was checked, and nothing else.
            Policy(name="mark", role="web", command="UPDATE", using=AUDITOR),
            Fixed(
                columns=["partner_id", "user_id", "person_number", "protected_number", "purpose", "words", "opened_at"],
                when="current_user = 'portal_web'",
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"
