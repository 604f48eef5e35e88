"""Overdoses in a district, counted by whoever knows of them: no person stands behind a row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.policies import jobs_read, own_rows
from partnership.members.models import District, Partner


class OverdoseCount(models.Model):
    """Overdose incidents of a month that a partner (a health service, an NGO) counted in a district; zeros are entered too."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    month = models.DateField(_("month"), help_text="Its first day.")
    fatal = models.PositiveIntegerField(_("fatal"))
    non_fatal = models.PositiveIntegerField(_("not fatal"))
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("overdoses of a month")
        constraints = [
            models.UniqueConstraint(fields=["partner", "district", "month"], name="overdoses_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="overdose_month_is_its_first_day"),
            *own_rows(),
            *jobs_read(),
        ]
        indexes = [models.Index(fields=["partner", "-month", "-id"], name="overdose_list")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.month}"
