"""Partners, the people who sign in for them, the agreements between them, and what the portal tells and logs."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReadLog(models.Model):
    """Who looked at a person's data, for whom, and when; every request of a partner system, with its scope. Never changed."""

    partner = models.ForeignKey("partnership.Partner", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(_("what was read"), max_length=30)
    object_id = models.BigIntegerField(_("number"))
    count = models.PositiveIntegerField(_("records"), default=1)
    client = models.ForeignKey("partnership.ApiClient", models.PROTECT, null=True, related_name="+")
    scope = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["partner", "-id"], name="readlog_partner"),
            models.Index(fields=["what", "object_id", "-id"], name="readlog_object"),
            # A day of the log, which is written in the order of time.
            BrinIndex(fields=["at"], name="readlog_day"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"
