"""Assessments: what an instrument came to on a day, with the points of its items."""

from __future__ import annotations

import operator
from functools import reduce

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.assessments.instruments import INSTRUMENTS, Instrument
from cases.corrections.models import Entry, rules_of_entry
from cases.enrolments.models import Enrolment
from partnership.isolation.encrypted_fields import EncryptedJSONField
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import jobs_read, own_rows, written_by
from partnership.isolation.triggers import InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User

CHOICES = [(instrument.code, instrument.label) for instrument in INSTRUMENTS.values()]
"""Every instrument, by its code."""


class Assessment(Entry, InStep):
    """What an instrument came to on a day: the NGO's alone.

    `answers`: item → {"points": n}, in the whole situation with "need" and "wish" where there are words. Empty where the total alone was
    typed. `score`: the total; None for an instrument whose areas don't add up. `review_on`: when to look again.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="assessments")
    instrument = models.CharField(_("instrument"), max_length=10, choices=CHOICES)
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    answers = EncryptedJSONField(_("answers"), blank=True, default=dict)
    held_on = models.DateField(_("date"))
    review_on = models.DateField(_("look again on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("assessment")
        indexes = [
            models.Index(fields=["enrolment", "instrument", "held_on"], name="assessment_list"),
            # Whose situation is to be looked at again: `look_again_due`.
            models.Index(
                fields=["partner", "review_on"], condition=Q(review_on__isnull=False), name="assessment_review"
            ),
            *indexes_of_changes("assessment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "instrument", "held_on", "partner"],
                condition=Q(taken_back_at=None),
                name="assessed_once_a_day",
            ),
            models.CheckConstraint(
                condition=reduce(
                    operator.or_,
                    [
                        Q(instrument=code, score__lte=tool.highest)
                        for code, tool in INSTRUMENTS.items()
                        if tool.has_total
                    ],
                )
                | Q(instrument__in=[c for c, tool in INSTRUMENTS.items() if not tool.has_total], score=None),
                name="score_within_the_instrument",
            ),
            models.CheckConstraint(
                condition=Q(review_on=None) | Q(review_on__gt=F("held_on")), name="reviewed_after_it_was_held"
            ),
            *same_partner("enrolment"),
            *own_rows(),
            *jobs_read("id", "enrolment_id", "instrument", "score", "held_on", "taken_back_at"),
            written_by("recorded_by_id"),
            *kept_in_step(),
            *rules_of_entry("assessment"),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def tool(self) -> Instrument:
        """The instrument that it was made with."""
        return INSTRUMENTS[self.instrument]


def look_again_due() -> Exists:
    """Of an enrolment: the day has come on which to look again, and nobody has assessed by that instrument since."""
    counted = Assessment.objects.counted()
    later = counted.filter(
        enrolment=OuterRef("enrolment"), instrument=OuterRef("instrument"), held_on__gt=OuterRef("held_on")
    )
    due = counted.filter(~Exists(later), enrolment=OuterRef("pk"), review_on__lte=timezone.localdate())
    return Exists(due)
