"""What My page shows: appointments, reminders, who looked, requests; and what the floors above add to it.

Everything here is read as the role of My page (`Visit.reads`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.messages.models import ContactWish
from cases.my_page.models import AppointmentAnswer
from cases.my_page.visits import Visit, partners_of
from cases.planning.models import Appointment
from cases.rights.models import SubjectRequest
from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.purposes import Purpose
from partnership.members.models import Partner

MOST_LOOKS = 300
"""So many of the latest reads are looked at; they are shown by day."""


class Section(NamedTuple):
    """Something of a floor above: its template, and what that is given, read for a visit."""

    template: str
    read: Callable[[Visit], dict[str, Any]]


_sections: list[Section] = []


def register(section: Section) -> None:
    """A floor that has something to show, and that this one may not know, says so when it starts."""
    _sections.append(section)


class Look(NamedTuple):
    """That somebody of a partner looked at something on a day, what for, how often."""

    day: date
    partner: Partner
    what: str | Promise
    purpose: str | Promise
    times: int


LOOKED_AT = {
    "person": _("your details"),
    "person_file": _("the file of your data"),
    "enrolment": _("your appointments and notes"),
    "referral": _("where you were referred"),
    "diversion": _("what was agreed with you"),
}
"""What a line of the log of reads is about, in plain words: the policy of `ReadLog` shows these kinds."""


def everything(visit: Visit) -> dict[str, Any]:
    """All that the page shows."""
    return {
        "card": visit.card,
        "partner": partners_of({visit.card.partner_id})[visit.card.partner_id],
        "appointments": _appointments(),
        "sections": [(section.template, section.read(visit)) for section in _sections],
        "reminders": ContactWish.objects.only("channel").exclude(channel="").first(),
        "looks": _looks(),
        "requests": SubjectRequest.objects.only("kind", "received_on", "due_on", "outcome", "answered_on").order_by(
            "-id"
        )[:20],
    }


def _appointments() -> list[Appointment]:
    """Those that lie ahead, each with the answer to the time that it has now: `said`."""
    ahead = list(
        Appointment.objects.only("starts_at", "place")
        .filter(session=None, starts_at__gt=timezone.now())
        .order_by("starts_at")[:20]
    )
    answers = {
        (answer.appointment_id, answer.starts_at): answer
        for answer in AppointmentAnswer.objects.only("appointment_id", "starts_at", "answer").filter(
            appointment__in=ahead
        )
    }
    for appointment in ahead:
        appointment.said = answers.get((appointment.pk, appointment.starts_at))  # type: ignore[attr-defined]
    return ahead


def _looks() -> list[Look]:
    """Who looked, by day, the latest first."""
    latest = ReadLog.objects.filter(is_refused=False).filter(Q(what__in=LOOKED_AT)).order_by("-id")
    counted: Counter[tuple[date, int, str, str]] = Counter(
        (timezone.localdate(at), partner, what, purpose)
        for at, partner, what, purpose in latest.values_list("at", "partner_id", "what", "purpose")[:MOST_LOOKS]
    )
    partners = partners_of({partner for _day, partner, _what, _purpose in counted})
    looks = [
        Look(day, partners[partner], LOOKED_AT[what], Purpose(purpose).label if purpose else "", times)
        for (day, partner, what, purpose), times in counted.items()
    ]
    return sorted(looks, key=lambda look: look.day, reverse=True)
