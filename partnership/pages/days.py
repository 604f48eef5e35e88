"""Days of local time as moments, so that an index on a moment can find them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day_of(day: date, days: int = 1) -> tuple[datetime, datetime]:
    """The first and the last moment of a day (or of so many from it on) in local time, of 23 or 25 hours as may be."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
    return start, end - timedelta(microseconds=1)
