"""Building blocks of check constraints."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from partnership.isolation.errors import Invalid


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


FIRST_DAY = date(1900, 1, 1)
BETWEEN = _("Choose a day between 1900 and 2200.")


def check_of_our_time(field: str, day: date) -> None:
    """As `of_our_time` says, of a day or moment that an action is given as `field`. Raises Invalid."""
    if not FIRST_DAY.year <= day.year < FAR_DAY.year:
        raise Invalid(field, BETWEEN)


def of_our_time(field: str, *, name: str, is_moment: bool = False) -> CheckConstraint:
    """A day (or a moment) that somebody types lies between 1900 and 2200. The database counts further than Python, and what it keeps of
    the year 1 or 9999 in one time zone may be none of Python's years in another: then nobody reads the row any more."""
    first, before = (
        datetime(day.year, day.month, day.day, tzinfo=UTC) if is_moment else day for day in (FIRST_DAY, FAR_DAY)
    )
    return CheckConstraint(
        condition=Q(**{f"{field}__gte": first, f"{field}__lt": before}),
        name=name,
        violation_error_message=BETWEEN,
    )
