"""What can be done about reading: summing up a day of the log, marking what is unusual, saying that it was checked; answering who
looked at somebody.

The rules are ones that a person can read: each user is compared with their own other days.
"""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Role
from partnership.oversight.models import Inquiry, ReadDay
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


# --- Who looked at somebody --------------------------------------------------------------------------------------------------


class InquiryClosed(RuleError):
    """The inquiry was answered and closed. Open a new one."""

    code = "inquiry_closed"
    status = 409


@action("inquiry.open", roles=(Role.AUDITOR,))
def open_inquiry(*, by: Acting, person_number: int, from_day: date, to_day: date | None, question: str) -> Inquiry:
    """Opens the question who looked at a person: from a day on, until another or until it is closed."""
    if to_day and to_day < from_day:
        raise Invalid("to_day", _("The last day comes before the first."))
    return Inquiry.objects.create(
        partner=by.partner,
        person_number=person_number,
        from_day=from_day,
        to_day=to_day,
        question=question.strip(),
        opened_by=by.user,
    )


@action("inquiry.note", roles=(Role.AUDITOR,), party=Party.OWNER)
def note_answer(*, by: Acting, inquiry: Inquiry, answer: str, is_done: bool = False) -> Inquiry:
    """Notes what was found so far, which marks what was read until now as seen; or closes the inquiry with it. Raises
    InquiryClosed, and Invalid where it is closed without a word."""
    locked = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    if locked.closed_at:
        raise InquiryClosed(_("This inquiry is closed."))
    locked.answer, locked.looked_until = answer.strip(), timezone.now()
    if is_done:
        if not locked.answer:
            raise Invalid("answer", _("Say what was found before you close it."))
        locked.closed_by, locked.closed_at = by.user, timezone.now()
    locked.save(update_fields=["answer", "looked_until", "closed_by", "closed_at"])
    return locked
