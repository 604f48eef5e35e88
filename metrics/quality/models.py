"""How good the data of a run was: the police feeds, and the linkage of people across partners."""

from __future__ import annotations

from django.db import models

from metrics.runs.models import Run, results_seen_by
from partnership.isolation.policies import EVERY_ROW, OWN, ROLE
from partnership.members.models import District, Partner


class FeedQuality(models.Model):
    """How good a police unit's arrests of a district are, as figures that depend on them must say."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="feeds")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    complete_through = models.DateField(null=True, help_text="Empty while no file without refused rows has come.")
    days_late = models.PositiveIntegerField(null=True)
    missing_months = models.JSONField(default=list)
    sudden_drops = models.JSONField(default=list)
    uncoded_share = models.FloatField(null=True)
    rows_refused = models.PositiveIntegerField(default=0, help_text="In files that would have moved the date on.")
    problems = models.JSONField(default=list, help_text="late, missing_months, sudden_drops, uncoded, rows_refused")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "partner", "district"], name="one_feed_quality"),
            *results_seen_by(EVERY_ROW),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.district_id}"


class LinkQuality(models.Model):
    """How a partner's people were linked across partners; how many have unsure links, and how many links may be missing because
    names don't prove them (`metrics/quality/linkage.py`). No person: protected counts."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="links")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    by_code = models.PositiveIntegerField(null=True)
    by_name = models.PositiveIntegerField(null=True)
    unsure = models.PositiveIntegerField(null=True)
    nothing = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    unsure_links = models.PositiveIntegerField(default=0)
    missed_links = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "partner"], name="one_link_quality"),
            *results_seen_by(f"({OWN} or {ROLE} in ('coordinator', 'auditor'))"),
        ]

    def __str__(self) -> str:
        return str(self.partner_id)

    @property
    def counts(self) -> list[int | None]:
        """In the order of the table: all people, by code, by name, unsure, nothing to link by; with unsure links, perhaps missed."""
        return [
            self.people,
            self.by_code,
            self.by_name,
            self.unsure,
            self.nothing,
            self.unsure_links,
            self.missed_links,
        ]
