"""Scores of assessments, one instrument and day at a time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.corrections.models import Entry, rules_of_entry
from cases.enrolments.models import Enrolment
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import own_rows, written_by
from partnership.members.models import Partner, User


class Assessment(Entry):
    """The total score of a structured instrument on a day: the NGO's alone. The answers stay on the instrument's own form."""

    class Instrument(models.TextChoices):
        AUDIT = "audit", "AUDIT"
        DUDIT = "dudit", "DUDIT"
        SDS = "sds", "SDS"
        WHO5 = "who5", "WHO-5"
        PHQ9 = "phq9", "PHQ-9"
        GAD7 = "gad7", "GAD-7"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="assessments")
    instrument = models.CharField(_("instrument"), max_length=10, choices=Instrument)
    score = models.PositiveSmallIntegerField(_("score"))
    held_on = models.DateField(_("date"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("assessment")
        indexes = [models.Index(fields=["enrolment", "instrument", "held_on"], name="assessment_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "instrument", "held_on", "partner"],
                condition=Q(taken_back_at=None),
                name="assessed_once_a_day",
            ),
            models.CheckConstraint(
                condition=(
                    Q(instrument="audit", score__lte=40)
                    | Q(instrument="dudit", score__lte=44)
                    | Q(instrument="sds", score__lte=15)
                    | Q(instrument="who5", score__lte=100)
                    | Q(instrument="phq9", score__lte=27)
                    | Q(instrument="gad7", score__lte=21)
                ),
                name="score_within_the_instrument",
            ),
            *same_partner("enrolment"),
            *own_rows(),
            written_by("recorded_by_id"),
            *rules_of_entry("assessment"),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


HIGHEST = {"audit": 40, "dudit": 44, "sds": 15, "who5": 100, "phq9": 27, "gad7": 21}
"""The highest total score of each instrument; the lowest is 0. Of WHO-5, higher is better; of the others, lower."""
HIGHER_IS_BETTER = {"who5"}
