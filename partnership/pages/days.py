"""Days of local time as moments, so that an index on a moment can find them; and months later."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day_of(day: date, days: int = 1) -> tuple[datetime, datetime]:
    """The first and the last moment of a day (or of so many from it on) in local time, of 23 or 25 hours as may be."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
    return start, end - timedelta(microseconds=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
