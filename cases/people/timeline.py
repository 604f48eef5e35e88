"""What happened with a person at the own partner, newest first: one line a thing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.arrests.models import Arrest
from cases.assessments.models import Assessment
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.people.models import Person
from cases.planning.models import Appointment

MOST = 200


class Entry(NamedTuple):
    day: date
    title: str | Promise
    detail: str | Promise = ""
    url: str = ""
    icon: str = ""
    is_taken_back: bool = False
    """It was recorded by mistake: it stays in sight, struck through."""


def timeline_of(
    records: list[Person], enrolments: Iterable[Enrolment], consents: Iterable[Consent], arrests: Iterable[Arrest]
) -> tuple[list[Entry], bool]:
    """The newest entries of a human being's records, and whether there are more. Seven queries; each kind is read no further than
    needed."""
    entries = [*_participation(enrolments), *_work(records), *_hand_over(records, consents, arrests)]
    entries.sort(key=lambda entry: entry.day, reverse=True)
    return entries[:MOST], len(entries) > MOST


def _newest(queryset: Any, *order: str) -> Any:
    return queryset.order_by(*order)[: MOST + 1]


def _participation(enrolments: Iterable[Enrolment]) -> list[Entry]:
    entries = []
    for enrolment in enrolments:
        url, name = reverse("enrolment", args=[enrolment.pk]), enrolment.programme.local_name
        entries.append(
            Entry(enrolment.started_on, _("Started: %(programme)s") % {"programme": name}, url=url, icon="login")
        )
        if enrolment.ended_on:
            title = _("Ended: %(programme)s") % {"programme": name}
            entries.append(Entry(enrolment.ended_on, title, enrolment.get_end_reason_display(), url, icon="logout"))
    return entries


def _work(records: list[Person]) -> list[Entry]:
    of = {"enrolment__person__in": records, "partner": records[0].partner_id}
    entries = []
    for session in _newest(Session.objects.filter(**of), "-held_on"):
        url = reverse("enrolment", args=[session.enrolment_id])
        entries.append(
            Entry(
                session.held_on,
                session.get_method_display(),
                session.get_attendance_display(),
                url,
                icon="message",
                is_taken_back=session.is_taken_back,
            )
        )
    for appointment in _newest(Appointment.objects.unrecorded().filter(**of), "-starts_at"):
        url = reverse("enrolment", args=[appointment.enrolment_id])
        title = _("Appointment at %(time)s") % {"time": timezone.localtime(appointment.starts_at).strftime("%H:%M")}
        entries.append(
            Entry(
                timezone.localdate(appointment.starts_at), title, appointment.get_method_display(), url, icon="calendar"
            )
        )
    for assessment in _newest(Assessment.objects.filter(**of), "-held_on"):
        title = str(assessment.tool.label)
        if assessment.score is not None:
            title = f"{title}: {assessment.score}"
        url = reverse("enrolment", args=[assessment.enrolment_id])
        entry = Entry(assessment.held_on, title, _("Assessment"), url, "chart-line", assessment.is_taken_back)
        entries.append(entry)
    for goal in _newest(Goal.objects.filter(**of, reached_on__isnull=False), "-reached_on"):
        url = reverse("enrolment", args=[goal.enrolment_id])
        entries.append(Entry(goal.reached_on, _("Goal reached"), goal.text or "", url, "check", goal.is_taken_back))
    for note in _newest(Note.objects.filter(**of), "-id"):
        url = reverse("enrolment", args=[note.enrolment_id])
        text = (note.text or "")[:160]
        entries.append(Entry(timezone.localdate(note.at), _("Note"), text, url, "note", note.is_taken_back))
    return entries


def _hand_over(records: list[Person], consents: Iterable[Consent], arrests: Iterable[Arrest]) -> list[Entry]:
    entries = []
    # Of each record by itself: the hand-over stands a floor above.
    sent = [record.referrals.filter(sent_at__isnull=False).select_related("to_partner") for record in records]
    for referral in chain.from_iterable(_newest(referrals, "-sent_at") for referrals in sent):
        title = _("Referred to %(partner)s") % {"partner": referral.to_partner.name}
        url = reverse("referral", args=[referral.pk])
        entries.append(
            Entry(timezone.localdate(referral.sent_at), title, referral.get_state_display(), url, icon="send")
        )
    for consent in consents:
        title = _("Consent to disclosure to %(partner)s") % {"partner": consent.to_partner.name}
        entries.append(Entry(consent.signed_on, title, icon="file-text"))
        if consent.withdrawn_at:
            title = _("Consent withdrawn: %(partner)s") % {"partner": consent.to_partner.name}
            entries.append(Entry(timezone.localdate(consent.withdrawn_at), title, icon="lock"))
    for arrest in arrests:
        entries.append(
            Entry(arrest.arrested_on, _("Arrest %(number)s") % {"number": arrest.arrest_number}, icon="gavel")
        )
    return entries
