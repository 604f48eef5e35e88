"""Whether a place is open now, by the portal's own clock, and when it opens next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone

if TYPE_CHECKING:
    from programs.locations.models import OpeningHours


class Opening(NamedTuple):
    """Whether a place is open; until when today; else on which day and at what time it opens next. None where no hours are known."""

    is_open: bool
    closes_at: time | None = None
    opens_on: str = ""
    opens_at: time | None = None
    is_today: bool = False


def opening_of(hours: Iterable[OpeningHours], now: datetime | None = None) -> Opening | None:
    """What the hours of a place come to at a moment; None where there are none."""
    now = timezone.localtime(now)
    today, clock = now.isoweekday(), now.time()
    days = sorted(hours, key=lambda day: ((day.weekday - today) % 7, day.opens_at))
    if not days:
        return None
    first = days[0]
    if first.weekday == today and first.opens_at <= clock < first.closes_at:
        return Opening(is_open=True, closes_at=first.closes_at)
    if first.weekday == today and clock >= first.closes_at and len(days) > 1:
        first = days[1]
    is_today = first.weekday == today and clock < first.opens_at
    return Opening(False, opens_on=str(first.get_weekday_display()), opens_at=first.opens_at, is_today=is_today)
