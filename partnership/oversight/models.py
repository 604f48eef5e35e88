"""What the log of reads comes to, day by day: for the auditor, who looks at what is out of the ordinary."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.policies import AUDITOR, OWN, Grant, Policy, auditor_reads, jobs_keep, written_by
from partnership.members.models import Partner, User


class ReadDay(models.Model):
    """What one user read for one partner on one day; `reasons` says what of it is unusual."""

    class Reason(models.TextChoices):
        MANY = "many", _("Three times as much as on their other days")
        NIGHT = "night", _("At night, unlike on their other days")
        EXPORT = "export", _("Took whole lists as files")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    day = models.DateField()
    records = models.PositiveIntegerField(default=0)
    at_night = models.PositiveIntegerField(default=0, help_text="Reads between 22 and 5 o'clock.")
    exports = models.PositiveIntegerField(default=0)
    reasons = ArrayField(models.CharField(max_length=10, choices=Reason), default=list)
    seen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    summed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "partner", "day"], name="one_read_day"),
            Grant(role="web", privileges="SELECT, UPDATE"),
            Policy(name="read_own", role="web", command="SELECT", using=OWN),
            auditor_reads(),
            Policy(name="mark", role="web", command="UPDATE", using=AUDITOR),
            *jobs_keep("SELECT, INSERT, UPDATE", name="sum_up"),
        ]
        indexes = [
            models.Index(fields=["-day", "-id"], condition=~Q(reasons=[]), name="unusual_reading"),
        ]

    def __str__(self) -> str:
        return f"reads of {self.user_id} on {self.day}"

    @property
    def reason_labels(self) -> list[str]:
        return [str(ReadDay.Reason(reason).label) for reason in self.reasons]


class Inquiry(models.Model):
    """ "Who looked at this person, and why?": what the auditor was asked, between which days, and what was found. The auditors' alone.

    `looked_until`: reads after it are new since the auditor last looked.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", help_text="The auditors' office.")
    person_number = models.BigIntegerField(_("person"))
    from_day = models.DateField(_("first day"))
    to_day = models.DateField(_("last day"), null=True, blank=True)
    question = EncryptedTextField(_("what is asked"))
    answer = EncryptedTextField(_("what was found"), blank=True, default="")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    looked_until = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("inquiry")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_day=None) | Q(to_day__gte=F("from_day")),
                name="inquiry_days_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(closed_by=None), Q(closed_at=None)), name="somebody_closed_the_inquiry"
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="auditors", role="web", using=f"({OWN} and {AUDITOR})"),
            written_by("opened_by_id"),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="inquiry_list")]

    def __str__(self) -> str:
        return f"inquiry {self.pk}"
