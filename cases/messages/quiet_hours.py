"""When nobody is sent a message: at night, by the portal's own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone


def first_moment(moment: datetime) -> datetime:
    """From which moment on somebody may be sent a message: at once, or, in the quiet hours, when these end.

    `QUIET_HOURS` says from and to which hour they last, over midnight where the first is the greater; they are hours of the local
    clock, also on the days on which it is changed.
    """
    begin, end = settings.QUIET_HOURS
    local = timezone.localtime(moment)
    hour = local.hour
    is_quiet = begin <= hour < end if begin <= end else (hour >= begin or hour < end)
    if not is_quiet:
        return moment
    day = local.date() if hour < end else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(end)))
