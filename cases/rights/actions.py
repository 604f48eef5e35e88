"""What a person may ask of a partner: a file of all that it holds, correction, erasure; and what is past its time.

The file and the erasure go over everything that belongs to the person at this partner, and to no other partner.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import Exists, Field, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.arrests.models import Arrest
from cases.assessments.models import Assessment
from cases.consents.models import Consent, ConsentPaper
from cases.corrections.models import Entry
from cases.custody.models import Release
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.families.actions import named_to
from cases.families.models import FamilyConsent
from cases.imports.models import ImportBefore, ImportTrace
from cases.legal.models import Matter
from cases.mentoring.models import MentorPair
from cases.messages.models import ContactWish, Reminder
from cases.my_page.models import Card
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.phases.models import Response, Review
from cases.placements.models import Placement
from cases.places.models import Situation
from cases.planning.models import Appointment, Task
from cases.plans.models import Plan, Step
from cases.relations.actions import relations_of
from cases.rights import events
from cases.rights.courses import held_in_courses
from cases.rights.information import Holder, Part, held_references, information
from cases.rights.models import PrivacyNotice, RequestWords, RetentionCount, SubjectRequest
from cases.team.models import TeamItem, TeamMember
from partnership.actions import Party, action
from partnership.actions.declaration import renamed
from partnership.api import references
from partnership.audit_trail.models import ReadLog
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Partner
from partnership.pages import pdf
from partnership.pages.days import day_of
from partnership.pages.template_tags import day, read_label

NAMES = ("first_names", "last_name", "identity_code", "phone", "email")


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """An app that holds data of people, and that this one may not know, says so when it starts."""
    _holders.append(holder)


Kept = Callable[[date], Exists]
_kept: list[Kept] = []


def keep(kept: Kept) -> None:
    """An app above says of a person (`pk`) whether something of its own has happened with them since a day: then they are kept."""
    _kept.append(kept)


class StillNeeded(RuleError):
    """The person's data is still needed.

    End the participation, or withdraw the referral; data that the law keeps can't be erased here.
    """

    code = "still_needed"


class AlreadyAnswered(RuleError):
    """The request was answered already. Record a new request if the person asks again."""

    code = "already_answered"


# --- Requests --------------------------------------------------------------------------------------------------------------


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last where there is none (Regulation 1182/71, article 3)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@action("data_request.record", roles=PEOPLE_ROLES, party=Party.OWNER)
def record_request(*, by: Acting, person: Person, kind: str, received_on: date, note: str = "") -> SubjectRequest:
    """Records what a person asks for; it is to be answered within a month (GDPR article 12(3))."""
    if received_on > timezone.localdate():
        raise Invalid("received_on", _("The date lies in the future."))
    subject_request = SubjectRequest.objects.create(
        partner=by.partner,
        person=person,
        kind=kind,
        received_on=received_on,
        due_on=a_month_after(received_on),
        recorded_by=by.user,
    )
    RequestWords.objects.create(partner=by.partner, request=subject_request, note=note)
    return subject_request


@action("data_request.answer", roles=PEOPLE_ROLES, party=Party.OWNER)
def answer_request(*, by: Acting, request: SubjectRequest, outcome: str, answer: str) -> SubjectRequest:
    """Records the answer, with the reasons where something is refused. Granting an erasure erases."""
    locked = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if locked.outcome:
        raise AlreadyAnswered(_("This request was answered already."))
    if outcome != SubjectRequest.Outcome.GRANTED and not answer.strip():
        raise Invalid("answer", _("Give the reasons for what is not granted."))
    if outcome == SubjectRequest.Outcome.GRANTED and locked.kind == SubjectRequest.Kind.ERASURE:
        erase(by=by, person=locked.person)
    locked.outcome, locked.answered_on, locked.answered_by = outcome, timezone.localdate(), by.user
    locked.save(update_fields=["outcome", "answered_on", "answered_by"])
    words = RequestWords.objects.get(request=locked)
    words.answer = answer.strip()
    words.save(update_fields=["answer"])
    return locked


@action("privacy_notice.save", managers_only=True)
def save_notice(
    *, by: Acting, controller: str, officer: str, purposes: str, legal_basis: str, sources: str
) -> PrivacyNotice:
    """Says of the acting partner's register what each file of a person's data must hold (GDPR article 15(1))."""
    notice, _is_new = PrivacyNotice.objects.update_or_create(
        partner=by.partner,
        defaults={
            "controller": controller,
            "officer": officer,
            "purposes": purposes,
            "legal_basis": legal_basis,
            "sources": sources,
            "changed_by": by.user,
            "changed_at": timezone.now(),
        },
    )
    return notice


# --- The file ----------------------------------------------------------------------------------------------------------------


def held_about(person: Person) -> list[Part]:
    """All that the own partner holds about a human being, by kind: of each of the linked records."""
    parts: dict[str, Part] = {}
    records = list(person.records().order_by("pk"))
    for record in records:
        for part in _held_in(record):
            before = parts.setdefault(part.title, Part(part.title, part.heading, []))
            before.rows.extend(part.rows)
    reads = Part(_("Who looked at your data"), [_("When"), _("Who"), _("What"), _("What for")], reads_of(records))
    return [*parts.values(), *([reads] if reads.rows else [])]


def _held_in(person: Person) -> list[Part]:
    of = {"enrolment__person": person, "partner": person.partner_id}
    named = named_to(person)
    field_names = (
        "first_names",
        "last_name",
        "born_on",
        "identity_code",
        "sex",
        "phone",
        "email",
        "district",
        "died_on",
    )
    facts = [
        [str(cast("Field[Any, Any]", Person._meta.get_field(name)).verbose_name), text]
        for name in field_names
        if (text := _fact(person, name))
    ]
    requests = RequestWords.objects.filter(request__person=person).select_related("request").order_by("request_id")
    parts = [
        Part(_("Person"), [_("Information"), _("What we have")], facts),
        Part(
            _("Enrolments"),
            [_("Programme"), _("Start"), _("Ended on"), _("Reason"), _("Primary drug")],
            [
                [
                    e.programme.local_name,
                    day(e.started_on),
                    day(e.ended_on),
                    e.get_end_reason_display(),
                    e.get_primary_drug_display(),
                ]
                for e in person.enrolments.select_related("programme").order_by("started_on")
            ],
        ),
        Part(
            _("Sessions"),
            [_("Date"), _("Method"), _("Attendance"), _("Minutes")],
            [
                [_noted(day(s.held_on), s), s.get_method_display(), s.get_attendance_display(), str(s.minutes or "–")]
                for s in Session.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        Part(
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
        Part(
            _("Assessments"),
            [_("Date"), _("Instrument"), _("Result")],
            [
                [_noted(day(a.held_on), a), str(a.tool.label), _result(a)]
                for a in Assessment.objects.filter(**of).order_by("held_on", "id")
            ],
        ),
        Part(
            _("Goals"),
            [_("Goal"), _("Reached"), _("Result"), _("Why")],
            [
                [_noted(g.text or "", g), day(g.reached_on), g.get_result_display(), g.result_why or ""]
                for g in Goal.objects.filter(**of).order_by("id")
            ],
        ),
        Part(
            _("Steps"),
            [pgettext("plan", "Step"), _("Who does it"), _("By"), _("Done")],
            [
                [s.text or "", s.get_whose_display(), day(s.due_on), day(s.done_on)]
                for s in Step.objects.filter(goal__enrolment__person=person, partner=person.partner_id).order_by("id")
            ],
        ),
        Part(
            _("Plans"),
            [_("Agreed"), _("Approved"), _("Review"), _("End report"), _("Summary")],
            [
                [day(p.agreed_on), day(p.approved_at), day(p.review_on), day(p.reported_on), p.summary or ""]
                for p in Plan.objects.filter(**of).order_by("id")
            ],
        ),
        Part(
            _("Care team"),
            [_("Organisation"), _("Part"), _("Since"), _("Ended on")],
            [
                [m.to_partner.name, m.get_part_display(), day(m.since), day(m.ended_on)]
                for m in TeamMember.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("Shared in the care team"),
            [_("Date"), _("With"), _("What"), _("Text")],
            [
                [day(i.written_at), i.to_partner.name, i.get_kind_display(), i.text or ""]
                for i in TeamItem.objects.filter(member__person=person).select_related("to_partner").order_by("id")
            ],
        ),
        *held_in_courses(of),
        Part(
            _("Notes"),
            [_("Date"), _("Note")],
            [[_noted(day(n.at), n), n.text or ""] for n in Note.objects.filter(**of).order_by("id")],
        ),
        Part(
            _("Tasks"),
            [_("What"), _("By")],
            [[t.text or "", day(t.due_on)] for t in Task.objects.filter(person=person).order_by("id")],
        ),
        Part(
            _("Close people"),
            [_("Relation"), _("Who")],
            # By name who agreed to it, whether or not they are clients: else a missing name would tell who is one.
            [
                [str(kind), str(other) if other.pk in named else "–"]
                for relation in relations_of([person])
                for other, kind in [relation.seen_from({person.pk})]
            ],
        ),
        Part(
            _("Who may know that you take part"),
            [_("Who"), _("Agreed on"), _("Withdrawn")],
            [
                [str(c.other), day(c.agreed_on), day(c.withdrawn_on)]
                for c in FamilyConsent.objects.filter(person=person).select_related("other").order_by("id")
            ],
        ),
        Part(
            _("Consents"),
            [_("To"), _("Purpose"), _("Signed on"), _("Valid until"), _("Withdrawn"), _("Guardian")],
            [
                [
                    c.to_partner.name,
                    c.purpose,
                    day(c.signed_on),
                    day(c.expires_on),
                    day(c.withdrawn_at),
                    c.guardian_name or c.guardian_missing_reason or "–",
                ]
                for c in person.consents.select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("Arrests"),
            [_("Number"), _("Date"), _("Offences")],
            [
                [a.arrest_number, day(a.arrested_on), "; ".join(str(o.label) for o in a.offences.all())]
                for a in person.arrests.prefetch_related("offences").order_by("arrested_on")
            ],
        ),
        Part(
            _("Cards for My page"),
            [_("Made"), _("Valid until"), _("Ended"), _("Last opened")],
            [
                [day(c.made_at), day(c.valid_until), day(c.ended_at), day(c.seen_at)]
                for c in Card.objects.filter(person=person).order_by("id")
            ],
        ),
        Part(
            _("Contact and reminders"),
            [_("Reminders by"), _("Where"), _("Do not contact"), _("Do not tell the guardian"), _("Written down")],
            [
                [
                    w.get_channel_display() or "–",
                    w.address or "–",
                    _("Yes") if w.never else _("No"),
                    _("Yes") if w.not_guardian else _("No"),
                    day(w.recorded_at),
                ]
                for w in ContactWish.objects.filter(person=person)
            ],
        ),
        Part(
            _("Reminders sent"),
            [_("Written"), _("Of an appointment on")],
            [
                [day(r.written_at), date_format(timezone.localtime(r.starts_at), "SHORT_DATETIME_FORMAT")]
                for r in Reminder.objects.filter(wish__person=person).order_by("id")
            ],
        ),
        Part(
            _("Requests of persons"),
            [_("Received on"), _("What is asked for"), _("In the person's words"), _("Outcome"), _("Answer")],
            [
                [
                    day(w.request.received_on),
                    w.request.get_kind_display(),
                    w.note or "–",
                    w.request.get_outcome_display(),
                    w.answer or "–",
                ]
                for w in requests
            ],
        ),
    ]
    sessions = Session.objects.filter(**of).values_list("pk", flat=True)
    enrolments = person.enrolments.values_list("pk", flat=True)
    parts += [
        held_references(person.partner_id, "person", _("Person"), [person.pk]),
        held_references(person.partner_id, "enrolment", _("Enrolments"), enrolments),
        held_references(person.partner_id, "session", _("Sessions"), sessions),
    ]
    for holder in _holders:
        parts += holder.held(person)
    return [part for part in parts if part.rows]


def _noted(text: str, entry: Entry) -> str:
    """The text; of an entry that was taken back it says so: the entry is held all the same."""
    if entry.taken_back_at is None:
        return text
    return _("%(what)s (taken back %(day)s)") % {"what": text, "day": day(entry.taken_back_at)}


def _result(assessment: Assessment) -> str:
    """The total, and what was answered to each item, in the words of its page."""
    labels = {item.code: str(item.label) for item in assessment.tool.items}
    answers = [
        f"{labels[code]}: " + ", ".join(str(said) for said in answer.values())
        for code, answer in assessment.answers.items()
    ]
    total = [str(assessment.score)] if assessment.score is not None else []
    return "; ".join([*total, *answers])


def _fact(person: Person, name: str) -> str:
    if name == "sex":
        return str(person.get_sex_display())
    value = getattr(person, name)
    return day(value) if isinstance(value, date) else str(value or "")


def reads_of(records: list[Person]) -> list[list[str]]:
    """Every read of these records at the own partner, lists and files too: when (of equal ones of a day the first, and how many), who,
    what, and what for in words (Act 703/2023, section 11)."""
    numbers = [record.pk for record in records]
    reads = ReadLog.objects.filter(people__overlap=numbers, partner=records[0].partner_id, is_refused=False)
    by_day: dict[tuple[Any, ...], list[ReadLog]] = {}
    for read in reads.select_related("user", "client").order_by("id"):
        who = read.client.name if read.client else read.user.full_name
        what_for = ": ".join(filter(None, [str(read.get_purpose_display()) or _("not recorded then"), read.words]))
        by_day.setdefault((timezone.localdate(read.at), who, read.what, what_for), []).append(read)
    rows = []
    for (_day, who, what, what_for), equal in by_day.items():
        when = date_format(timezone.localtime(equal[0].at), "SHORT_DATETIME_FORMAT")
        times = ngettext("%(n)s time", "%(n)s times", len(equal)) % {"n": len(equal)}
        rows.append([f"{when}, {times}" if len(equal) > 1 else when, who, str(read_label(what)), what_for])
    return rows


def access_file(person: Person, partner: Partner) -> bytes:
    """The file of all that a partner holds about a person, as tagged PDF."""
    return pdf.document(
        {
            "title": _("Your data at %(partner)s") % {"partner": partner.name},
            "author": partner.name,
            "subtitle": str(person),
            "headline": "",
            "warning": _("Simulated people and arrests.") if partner.is_simulated else "",
            "footer": _("As of %(day)s") % {"day": day(timezone.localdate())},
            "sections": [
                *information(person, partner, _holders),
                *(pdf.section(part.title, [], part.heading, part.rows) for part in held_about(person)),
                pdf.section(
                    _("Your rights"),
                    [
                        _(
                            "You can have wrong data corrected, have data erased or its use restricted, object to its use, and"
                            " take back a consent at any time."
                        ),
                        _("You can complain to the data-protection ombudsman (tietosuoja.fi)."),
                        _("No decision about you is made by a machine alone."),
                        # In everybody's file: it tells nobody who reads over a shoulder that there is any.
                        _(
                            "What you may have told us about your own safety is never in this file. Ask for it in person: you get it"
                            " when you are alone."
                        ),
                    ],
                ),
            ],
        }
    )


# --- Erasure -----------------------------------------------------------------------------------------------------------------


def blank(record: Any, *more: str) -> None:
    """Takes what identifies the person out of their record or out of a copy that was disclosed."""
    for name in (*NAMES, *more):
        setattr(record, name, "")
    record.born_on = None


@action("person.erase", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase(*, by: Acting, person: Person) -> None:
    """Erases what identifies a person of the acting partner and all that was written about them, in each of the linked records.

    What stays names nobody: dates of participation and sessions, year of birth, sex, district; and messages and decisions
    about a referral, which belong to both its parties. The pseudonyms go too, so the person is in no later figure. Raises
    StillNeeded while the person takes part or a referral is under way, and for arrests, which police law keeps.
    """
    with renamed("person.erase"):  # also where a request is granted: the history forgets what is erased by this name
        for record in person.records().select_for_update().order_by("pk"):
            _erase_record(by, record)


def _erase_record(by: Acting, person: Person) -> None:
    if person.enrolments.filter(ended_on=None).exists():
        raise StillNeeded(_("The person takes part in a programme: end the participation first."))
    if person.arrests.exists():
        raise StillNeeded(_("Arrests are kept as police law says; this person's can't be erased here."))
    if Matter.objects.with_day_ahead().filter(enrolment__person=person).exists():
        raise StillNeeded(
            _("A hearing or time limit of the person is ahead: record what became of it, or close the matter.")
        )
    for holder in _holders:
        holder.erase(by=by, person=person)
    enrolments = Enrolment.objects.filter(person=person)
    for model in (
        Note,
        Goal,
        Plan,
        Assessment,
        Appointment,
        Response,
        Review,
        Situation,
        Matter,
        Release,
        MentorPair,
        Placement,
    ):
        model._default_manager.filter(enrolment__in=enrolments).delete()
    for model_of_person in (Task, Card, ContactWish, TeamMember):
        model_of_person._default_manager.filter(person=person).delete()
    relations_of([person]).delete()
    FamilyConsent.objects.filter(Q(person=person) | Q(other=person)).delete()
    consents = Consent.objects.filter(person=person, from_partner=by.partner)
    ConsentPaper.objects.filter(consent__in=consents).delete()
    consents.update(guardian_name="", witness="")
    RequestWords.objects.filter(request__person=person).update(note="", answer="")
    ImportBefore.objects.filter(record=ImportTrace.Record.PERSON, object_id=person.pk).delete()
    sessions = Session.objects.filter(enrolment__in=enrolments)
    references.forget("person", [person.pk])
    references.forget("enrolment", enrolments.values_list("pk", flat=True))
    references.forget("session", sessions.values_list("pk", flat=True))
    blank(person, "source_key")
    person.erased_on = timezone.localdate()
    person.save()
    announce(events.ERASED, f"person:{person.pk}:erased", partner=by.partner.pk, person=person.pk)


# --- Retention ---------------------------------------------------------------------------------------------------------------


def past_retention(people: QuerySet[Person], today: date | None = None) -> QuerySet[Person]:
    """The people with whom nothing has happened for the period of retention (RETENTION_YEARS): none takes part or was ever
    arrested (police law keeps arrests) or has a legal matter open, and every participation and change of the record lies before it;
    nor has anything with a record that is linked with theirs.
    """
    cutoff = (today or timezone.localdate()) - timedelta(days=round(settings.RETENTION_YEARS * 365.25))
    before, _end = day_of(cutoff)
    of = {"person": OuterRef("pk")}
    needed = (
        Q(Exists(Enrolment.objects.filter(**of).exclude(ended_on__lt=cutoff)))
        | Q(Exists(Arrest.objects.filter(**of)))
        | Q(Exists(Matter.objects.open().filter(enrolment__person=OuterRef("pk"))))
        | Q(changed_at__gte=before)
    )
    for kept_for in _kept:
        needed |= Q(kept_for(cutoff))
    linked = Person.objects.exclude(same_as=None) | Person.objects.filter(linked__isnull=False)
    kept = linked.filter(needed).values(first=Coalesce("same_as_id", "pk"))
    people = people.annotate(first=Coalesce("same_as_id", "pk")).exclude(first__in=kept)
    return people.filter(~needed, erased_on=None)


@action("retention.count", outside="jobs")
def count_past_retention() -> None:
    """Counts for the auditor, partner by partner, how many people are past their time. Run by a job, which reads no name."""
    today = timezone.localdate()
    for partner in Partner.objects.filter(is_active=True).only("id"):
        overdue = past_retention(Person.objects.filter(partner=partner), today).count()
        RetentionCount.objects.update_or_create(partner=partner, defaults={"overdue": overdue, "counted_on": today})
