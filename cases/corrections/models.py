"""What was recorded of somebody's participation by mistake, and was taken back: what the models of such entries have in common."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.members.models import User


class Mistake(models.TextChoices):
    """Why an entry was taken back."""

    WRONG_PERSON = "wrong_person", _("Recorded for the wrong person")
    TWICE = "twice", _("Recorded twice")
    NOT_SO = "not_so", _("It was not so")
    OTHER = "other", _("Another mistake")


class EntryQuerySet(models.QuerySet[Any]):
    def counted(self) -> EntryQuerySet:
        """Entries that count: those that were not taken back."""
        return self.filter(taken_back_at=None)


class Entry(models.Model):
    """What can be taken back: its own partner still sees it, struck through, and it counts nowhere. Each is of an `enrolment`."""

    enrolment_id: int

    taken_back_at = models.DateTimeField(_("taken back"), null=True)
    taken_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    taken_back_why = models.CharField(
        _("why it was taken back"), max_length=20, choices=Mistake, blank=True, default=""
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None


def rules_of_entry(noun: str) -> list[models.BaseConstraint]:
    """Whoever took it back is known, with the reason; every change stands in the history of the `noun`."""
    return [
        models.CheckConstraint(
            condition=Q(taken_back_at=None, taken_back_by=None, taken_back_why="")
            | (Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_why="")),
            name=f"{noun}_taken_back_by_somebody",
        ),
        Recorded(record=noun, partners=["partner_id"], about_person=True, leaves_out=["changed_in"]),
    ]
