"""What a user keeps for themself at a partner: forms that are being filled in, views of lists; and what an office announces."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.fields import EncryptedTextField
from partnership.models.partners import Partner, User


class KeptForm(models.Model):
    """What somebody typed into a form and has not sent yet. Its writer's alone, and for a week."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200, help_text="Where the form is sent to.")
    content = EncryptedTextField(help_text="Pairs of field and value, as JSON.")
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "partner", "path"], name="kept_once_a_form")]
        indexes = [models.Index(fields=["kept_at"], name="kept_since")]

    def __str__(self) -> str:
        return f"kept form {self.pk}"


class SavedView(models.Model):
    """A list as its user wants to see it again: filters, order and columns under a name."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.CharField(max_length=40, help_text="Name of the list's address.")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "partner", "page", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def shown(self) -> AnnouncementQuerySet:
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
            )
        ]

    def __str__(self) -> str:
        return self.title
