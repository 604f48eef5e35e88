"""Building blocks of check constraints."""

from __future__ import annotations

from datetime import date

from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


def both_or_neither(one: Q, other: Q) -> Q:
    """True where both conditions hold or neither does. Neither may be NULL: use it on tests that answer yes or no."""
    return (one & other) | (~one & ~other)


FAR_DAY = date(2200, 1, 1)
"""No last day that somebody types lies as far ahead: who types one means "without end"."""


def before_2200(field: str, *, name: str) -> CheckConstraint:
    """A day that somebody types as the last one is one that programs can count with: "without end" is no day, and left empty."""
    return CheckConstraint(
        condition=Q(**{field: None}) | Q(**{f"{field}__lt": FAR_DAY}),
        name=name,
        violation_error_message=_("Choose a day before the year 2200."),
    )
