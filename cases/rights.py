"""What a person may ask of a partner: a file of all that it holds, correction, erasure; and what is past its time.

The file and the erasure go over everything that belongs to the person at this partner, and to no other partner.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Field, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import (
    Appointment,
    Arrest,
    Assessment,
    Consent,
    ConsentPaper,
    Enrolment,
    Goal,
    Note,
    Person,
    RetentionCount,
    Session,
    SubjectRequest,
    Task,
)
from partnership import outbox, pdf
from partnership.access import Acting
from partnership.errors import Invalid, RuleError
from partnership.models import Partner, ReadLog
from partnership.templatetags.portal import read_label

ERASED = ("first_names", "last_name", "identity_code", "phone", "email")


class StillNeeded(RuleError):
    code = "still_needed"


class AlreadyAnswered(RuleError):
    code = "already_answered"


# --- Requests --------------------------------------------------------------------------------------------------------------


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last where there is none (Regulation 1182/71, article 3)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@transaction.atomic
def record_request(*, by: Acting, person: Person, kind: str, received_on: date, note: str = "") -> SubjectRequest:
    """Records what a person asks for; it is to be answered within a month (GDPR article 12(3))."""
    if received_on > timezone.localdate():
        raise Invalid("received_on", _("The date lies in the future."))
    return SubjectRequest.objects.create(
        partner=by.partner,
        person=person,
        kind=kind,
        received_on=received_on,
        due_on=a_month_after(received_on),
        note=note,
        recorded_by=by.user,
    )


@transaction.atomic
def answer_request(*, by: Acting, request: SubjectRequest, outcome: str, answer: str) -> SubjectRequest:
    """Records the answer, with the reasons where something is refused. Granting an erasure erases."""
    found = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if found.outcome:
        raise AlreadyAnswered(_("This request was answered already."))
    if outcome != SubjectRequest.Outcome.GRANTED and not answer.strip():
        raise Invalid("answer", _("Give the reasons for what is not granted."))
    if outcome == SubjectRequest.Outcome.GRANTED and found.kind == SubjectRequest.Kind.ERASURE:
        erase(by=by, person=found.person)
    found.outcome, found.answer = outcome, answer.strip()
    found.answered_on, found.answered_by = timezone.localdate(), by.user
    found.save()
    return found


# --- The file ----------------------------------------------------------------------------------------------------------------


def _day(value: date | None) -> str:
    return date_format(value, "SHORT_DATE_FORMAT") if value else "–"


def held_about(person: Person) -> list[dict[str, Any]]:
    """All that the own partner holds about a person, by kind: title, column headings, rows of texts."""
    of = {"enrolment__person": person, "partner": person.partner_id}
    shown = ("first_names", "last_name", "born_on", "identity_code", "sex", "phone", "email", "district", "died_on")
    facts = [
        [str(cast("Field[Any, Any]", Person._meta.get_field(name)).verbose_name), _fact(person, name)] for name in shown
    ]
    reads = ReadLog.objects.filter(partner=person.partner_id, what="person", object_id=person.pk).select_related("user")
    tables: list[tuple[str, list[str], list[list[str]]]] = [
        (_("Person"), [_("What"), _("Held")], facts),
        (
            _("Enrolments"),
            [_("Programme"), _("Start"), _("Ended on"), _("Reason"), _("Primary drug")],
            [
                [
                    e.programme.name,
                    _day(e.started_on),
                    _day(e.ended_on),
                    e.get_end_reason_display(),
                    e.get_primary_drug_display(),
                ]
                for e in person.enrolments.select_related("programme").order_by("started_on")
            ],
        ),
        (
            _("Sessions"),
            [_("Date"), _("Method"), _("Attendance"), _("Minutes")],
            [
                [_day(s.held_on), s.get_method_display(), s.get_attendance_display(), str(s.minutes or "–")]
                for s in Session.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        (
            _("Appointments"),
            [_("Time"), _("Method"), _("Place")],
            [
                [
                    date_format(timezone.localtime(a.starts_at), "SHORT_DATETIME_FORMAT"),
                    a.get_method_display(),
                    a.place or "–",
                ]
                for a in Appointment.objects.filter(**of).order_by("starts_at")
            ],
        ),
        (
            _("Assessments"),
            [_("Date"), _("Instrument"), _("Score")],
            [
                [_day(a.held_on), a.get_instrument_display(), str(a.score)]
                for a in Assessment.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        (
            _("Goals"),
            [_("Goal"), _("Reached")],
            [[g.text or "", _day(g.reached_on)] for g in Goal.objects.filter(**of).order_by("id")],
        ),
        (
            _("Notes"),
            [_("Date"), _("Note")],
            [[_day(timezone.localtime(n.at).date()), n.text or ""] for n in Note.objects.filter(**of).order_by("id")],
        ),
        (
            _("Tasks"),
            [_("What"), _("By")],
            [[t.text or "", _day(t.due_on)] for t in Task.objects.filter(person=person).order_by("id")],
        ),
        (
            _("Consents"),
            [_("To"), _("Purpose"), _("Signed on"), _("Valid until"), _("Withdrawn")],
            [
                [
                    c.to_partner.name,
                    c.purpose,
                    _day(c.signed_on),
                    _day(c.expires_on),
                    _day(c.withdrawn_at and timezone.localtime(c.withdrawn_at).date()),
                ]
                for c in person.consents.select_related("to_partner").order_by("id")
            ],
        ),
        (
            _("Referrals"),
            [_("Number"), _("To"), _("Kind"), _("State"), _("Sent")],
            [
                [
                    str(r.pk),
                    r.to_partner.name,
                    r.get_kind_display(),
                    r.get_state_display(),
                    _day(r.sent_at and timezone.localtime(r.sent_at).date()),
                ]
                for r in person.referrals.select_related("to_partner").order_by("id")
            ],
        ),
        (
            _("Arrests"),
            [_("Number"), _("Date"), _("Offences")],
            [
                [a.arrest_number, _day(a.arrested_on), "; ".join(str(o.label) for o in a.offences.all())]
                for a in person.arrests.prefetch_related("offences").order_by("arrested_on")
            ],
        ),
        (
            _("Who read the person's page"),
            [_("When"), _("Who"), _("What")],
            [
                [date_format(timezone.localtime(r.at), "SHORT_DATETIME_FORMAT"), r.user.full_name, read_label(r.what)]
                for r in reads.order_by("id")
            ],
        ),
    ]
    return [{"title": title, "heading": heading, "rows": rows} for title, heading, rows in tables if rows]


def _fact(person: Person, name: str) -> str:
    if name == "sex":
        return str(person.get_sex_display())
    value = getattr(person, name)
    return _day(value) if isinstance(value, date) else str(value or "–")


def access_file(person: Person, partner: Partner) -> bytes:
    """The file of all that a partner holds about a person, as tagged PDF."""
    return pdf.document(
        {
            "title": _("Your data at %(partner)s") % {"partner": partner.name},
            "author": partner.name,
            "subtitle": str(person),
            "headline": "",
            "warning": _("Simulated people and arrests.") if partner.is_simulated else "",
            "footer": _("As of %(day)s") % {"day": _day(timezone.localdate())},
            "sections": [
                *(pdf.section(part["title"], [], part["heading"], part["rows"]) for part in held_about(person)),
                pdf.section(
                    _("Your rights"),
                    [
                        _(
                            "You may have wrong data corrected, have data erased or its use restricted, and object to its use."
                        ),
                        _("You may complain to the data-protection ombudsman."),
                    ],
                ),
            ],
        }
    )


# --- Erasure -----------------------------------------------------------------------------------------------------------------


def _blank(record: Any, *more: str) -> None:
    """Takes what identifies the person out of their record or out of a copy that was disclosed."""
    for name in (*ERASED, *more):
        setattr(record, name, "")
    record.born_on = None


@transaction.atomic
def erase(*, by: Acting, person: Person) -> None:
    """Erases what identifies a person of the acting partner and all that was written about them.

    What stays names nobody: dates of participation and sessions, year of birth, sex, district; and messages of a referral,
    which belong to both its parties. The pseudonyms go too, so the person is in no later figure. Raises StillNeeded while the person takes part or a referral is
    under way, and for arrests, which police law keeps.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.enrolments.filter(ended_on=None).exists():
        raise StillNeeded(_("The person takes part in a programme: end the participation first."))
    if person.referrals.filter(closed_at=None).exclude(state="draft").exists():
        raise StillNeeded(_("A referral of the person is under way: withdraw it first."))
    if person.arrests.exists():
        raise StillNeeded(_("Arrests are kept as police law says; this person's can't be erased here."))
    enrolments = Enrolment.objects.filter(person=person)
    for model in (Note, Goal, Assessment, Appointment):
        model._default_manager.filter(enrolment__in=enrolments).delete()
    Task.objects.filter(person=person).delete()
    consents = Consent.objects.filter(person=person, from_partner=by.partner)
    ConsentPaper.objects.filter(consent__in=consents).delete()
    consents.update(guardian_name="")
    for referral in person.referrals.select_related("disclosure"):
        _blank(referral.disclosure, "summary", "language")
        referral.disclosure.is_open = False
        referral.disclosure.save()
    _blank(person, "source_key")
    person.erased_on = timezone.localdate()
    person.save()
    outbox.announce("person.erased", f"person:{person.pk}:erased", partner=by.partner.pk, person=person.pk)


# --- Retention ---------------------------------------------------------------------------------------------------------------


def past_retention(people: QuerySet[Person], today: date | None = None) -> QuerySet[Person]:
    """The people with whom nothing has happened for the period of retention (RETENTION_YEARS): none takes part, and every
    participation, arrest and change of the record lies before it.
    """
    cutoff = (today or timezone.localdate()) - timedelta(days=round(settings.RETENTION_YEARS * 365.25))
    of = {"person": OuterRef("pk")}
    lately = Enrolment.objects.filter(**of).exclude(ended_on__lt=cutoff)
    arrested = Arrest.objects.filter(**of)
    return people.filter(~Exists(lately), ~Exists(arrested), erased_on=None, changed_at__date__lt=cutoff)


@transaction.atomic
def count_past_retention() -> None:
    """Counts for the auditor, partner by partner, how many people are past their time. Run by a job, which reads no name."""
    today = timezone.localdate()
    for partner in Partner.objects.filter(is_active=True).only("id"):
        overdue = past_retention(Person.objects.filter(partner=partner), today).count()
        RetentionCount.objects.update_or_create(partner=partner, defaults={"overdue": overdue, "counted_on": today})
