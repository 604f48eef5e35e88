"""What the log of reads comes to, day by day: for the auditor, who looks at what is out of the ordinary."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.policies import AUDITOR, OWN, Grant, Policy, auditor_reads, jobs_keep
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
