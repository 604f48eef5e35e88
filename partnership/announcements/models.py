"""What an office announces to everybody, from one day to another."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.policies import COORDINATOR, OWN, PARTNER, READ_AND_WRITE, Grant, Policy
from partnership.members.models import Partner, User


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def of_today(self) -> AnnouncementQuerySet:
        """Those that everybody sees today on their first page."""
        today = timezone.localdate()
        return self.filter(shown_from__lte=today, shown_until__gte=today)


class Announcement(models.Model):
    """What the coordination office tells everybody in the partnership, on their first page."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=2000)
    shown_from = models.DateField(_("shown from"))
    shown_until = models.DateField(_("shown until"))
    announced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(default=timezone.now)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_until__gte=F("shown_from")),
                name="announcement_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="read", role="web", command="SELECT", using=f"{PARTNER} is not null"),
            *[
                Policy(name=name, role="web", command=command, using=f"{OWN} and {COORDINATOR}")
                for name, command in (("announce", "INSERT"), ("change", "UPDATE"), ("take_back", "DELETE"))
            ],
        ]

    def __str__(self) -> str:
        return self.title
