"""What can be done about reading: summing up a day of the log, marking what is unusual, saying that it was checked.

The rules are ones that a person can read: each user is compared with their own other days.
"""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Q, Sum
from django.utils import timezone

from partnership.actions import action
from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import Acting
from partnership.members.models import Role
from partnership.oversight.models import ReadDay
from partnership.pages.days import day_of

HABIT_DAYS = 30
DAYS_OF_A_HABIT = 5
"""A user with fewer days in the log has no habit yet to compare with."""
MANY_RECORDS = 100
TIMES_AS_MUCH = 3
NIGHT = Q(at__hour__gte=22) | Q(at__hour__lt=5)


@action("reading.sum_up", outside="jobs")
def sum_up(day: date) -> int:
    """Sums up a day of the log and marks what is unusual in it; returns of how many users it is unusual. Again, it says the same."""
    rows = (
        ReadLog.objects.filter(at__range=day_of(day))
        .values("user", "partner")
        .order_by("user", "partner")
        .annotate(
            records=Sum("count"),
            exports=Count("pk", filter=Q(what__endswith="_export")),
            at_night=Count("pk", filter=NIGHT),
        )
    )
    unusual = 0
    for row in rows:
        read_day, _is_new = ReadDay.objects.update_or_create(
            user_id=row["user"],
            partner_id=row["partner"],
            day=day,
            defaults={
                "records": row["records"],
                "exports": row["exports"],
                "at_night": row["at_night"],
                "reasons": reasons_of(
                    row["user"], row["partner"], day, row["records"], row["exports"], row["at_night"]
                ),
                "summed_at": timezone.now(),
            },
        )
        unusual += bool(read_day.reasons)
    return unusual


def reasons_of(user: int, partner: int, day: date, records: int, exports: int, at_night: int) -> list[str]:
    """What of a day's reading is unusual for this user."""
    days = ReadDay.objects.filter(
        user=user, partner=partner, day__lt=day, day__gte=day - timedelta(days=HABIT_DAYS)
    ).values_list("records", "at_night")
    habit = list(days)
    reasons = []
    if len(habit) >= DAYS_OF_A_HABIT:
        usual = median(known for known, _night in habit)
        if records >= MANY_RECORDS and records > TIMES_AS_MUCH * usual:
            reasons.append(ReadDay.Reason.MANY)
        if at_night and not any(night for _known, night in habit):
            reasons.append(ReadDay.Reason.NIGHT)
    if exports:
        reasons.append(ReadDay.Reason.EXPORT)
    return [str(reason) for reason in reasons]


@action("reading.mark_checked", roles=(Role.AUDITOR,))
def mark_checked(*, by: Acting, read_day: ReadDay) -> None:
    """The auditor has looked at a day of unusual reading."""
    read_day.seen_by, read_day.seen_at = by.user, timezone.now()
    read_day.save(update_fields=["seen_by", "seen_at"])
