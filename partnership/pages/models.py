"""What a user keeps at a partner: forms that are being filled in, and views of lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.policies import jobs_keep, my_rows


class KeptForm(models.Model):
    """What somebody typed into a form and has not sent yet. Its writer's alone, and for a week."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200, help_text="Where the form is sent to.")
    page = models.CharField(
        max_length=200, default="", help_text="Where it is filled in; empty where that is not known."
    )
    content = EncryptedTextField(owner="user", help_text="Pairs of field and value, as JSON.")
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "partner", "path"], name="kept_once_a_form"),
            *my_rows(),
            *jobs_keep("DELETE", "id", "kept_at", name="forget"),
        ]
        indexes = [models.Index(fields=["kept_at"], name="kept_since")]

    def __str__(self) -> str:
        return f"kept form {self.pk}"


class SavedView(models.Model):
    """A list as its user wants to see it again: filters, order and columns under a name."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=40, help_text="Name of the list's address.")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "partner", "page", "name"], name="one_view_per_name"),
            *my_rows(),
        ]

    def __str__(self) -> str:
        return self.name
