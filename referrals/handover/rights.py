"""What referrals hold about a person of the own partner, whether it sent or received them; and how that is erased."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.information import Holder, Part, held_references
from partnership.pages.template_tags import day
from referrals.consents.actions import erase_disclosed
from referrals.diversions.models import Condition, DiversionAgreement
from referrals.end_reports.models import EndReport
from referrals.first_appointments.models import FirstAppointment
from referrals.handover.models import Message, Referral
from referrals.statements.models import Statement
from referrals.welfare.models import WelfareNotice


def _referrals_of(person: Person) -> QuerySet[Referral]:
    return Referral.objects.filter(Q(person=person) | Q(receiver_person=person))


def held(person: Person) -> list[Part]:
    """Referrals of the person with what was said of their situation, messages, and diversions with conditions and decision."""
    referrals = _referrals_of(person).select_related("from_partner", "to_partner", "need").order_by("id")
    messages = (
        Message.objects.filter(referral__in=_referrals_of(person))
        .select_related("author", "author_partner")
        .order_by("id")
    )
    conditions = Condition.objects.filter(diversion__referral__in=_referrals_of(person)).order_by("id")
    diversions = (
        DiversionAgreement.objects.filter(referral__in=_referrals_of(person))
        .select_related("decision_note", "authority")
        .order_by("id")
    )
    return [
        Part(
            _("Referrals"),
            [_("Number"), _("From"), _("To"), _("Kind"), _("State"), _("Sent"), _("Situation")],
            [
                [
                    str(r.pk),
                    r.from_partner.name,
                    r.to_partner.name,
                    r.get_kind_display(),
                    r.get_state_display(),
                    day(r.sent_at),
                    (r.need.summary if hasattr(r, "need") else "") or "–",
                ]
                for r in referrals
            ],
        ),
        held_references(
            person.partner_id, "referral", _("Referrals"), _referrals_of(person).values_list("pk", flat=True)
        ),
        Part(
            _("First appointments"),
            [_("When"), _("Place"), _("How it went"), _("Why not")],
            [
                [
                    date_format(timezone.localtime(a.starts_at), "SHORT_DATETIME_FORMAT"),
                    a.place or "–",
                    a.get_outcome_display() or "–",
                    a.get_why_missed_display() or "–",
                ]
                for a in FirstAppointment.objects.filter(referral__in=_referrals_of(person)).order_by("id")
            ],
        ),
        Part(
            _("Messages"),
            [_("Date"), _("From"), _("Message")],
            [[day(m.at), f"{m.author.full_name}, {m.author_partner.name}", m.text or ""] for m in messages],
        ),
        Part(
            _("Conditions and progress"),
            [_("Condition"), _("Which exactly"), _("How often"), _("Done")],
            [[c.get_kind_display(), c.detail or "–", str(c.target), str(c.done)] for c in conditions],
        ),
        Part(
            _("Diversions"),
            [
                _("Deadline"),
                _("Breach"),
                _("Outcome"),
                _("Decision"),
                _("Decided by"),
                _("Reasons for the decision"),
            ],
            [
                [
                    day(d.deadline),
                    day(d.breached_on),
                    d.get_outcome_display(),
                    d.get_decision_display(),
                    " ".join(
                        filter(None, [d.get_decided_by_display(), d.section, d.authority.name if d.authority else ""])
                    ),
                    (d.decision_note.reasons if hasattr(d, "decision_note") else "") or "–",
                ]
                for d in diversions
            ],
        ),
        Part(
            _("Statements"),
            [
                _("Sent"),
                _("To"),
                _("Attendance"),
                _("Meetings attended"),
                _("Meetings missed"),
                _("Note for the court"),
            ],
            [
                [
                    day(s.sent_at),
                    s.to_partner.name,
                    s.get_attendance_display(),
                    str(s.attended),
                    str(s.missed),
                    s.note or "–",
                ]
                for s in Statement.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("End reports"),
            [_("Sent"), _("To"), _("Goals achieved"), _("Goals partly achieved"), _("Goals not achieved"), _("Scores")],
            [
                [
                    day(r.sent_at),
                    r.to_partner.name,
                    str(r.achieved),
                    str(r.partly),
                    str(r.not_achieved),
                    "; ".join(f"{label}: {first}, {latest}" for label, first, latest in r.scores_in_words()) or "–",
                ]
                for r in EndReport.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
        Part(
            _("Child welfare notices"),
            [_("Made"), _("To"), _("Concern")],
            [
                [day(n.made_at), n.to_partner.name, n.concern or "–"]
                for n in WelfareNotice.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
    ]


def origins(person: Person) -> list[str]:
    """Who referred the person to the own partner."""
    received = Referral.objects.filter(receiver_person=person).exclude(from_partner=person.partner_id)
    return [
        _("Referral from %(partner)s, %(day)s.") % {"partner": r.from_partner.name, "day": day(r.sent_at)}
        for r in received.select_related("from_partner").order_by("id")
    ]


def recipients(person: Person) -> list[str]:
    """Whom the own partner told of the person: by a referral or diversion, a statement, a child welfare notice."""
    told: list[tuple[Any, str, str]] = [
        (r.sent_at, r.to_partner.name, r.get_kind_display())
        for r in Referral.objects.filter(person=person, sent_at__isnull=False)
        .exclude(to_partner=person.partner_id)
        .select_related("to_partner")
    ]
    told += [
        (d.referral.sent_at, d.authority.name, _("Diversion"))
        for d in DiversionAgreement.objects.filter(referral__person=person, is_sent=True, authority__isnull=False)
        .exclude(authority=person.partner_id)
        .select_related("authority", "referral")
        if d.authority
    ]
    for model, kind, moment in (
        (Statement, _("Statement"), "sent_at"),
        (EndReport, _("End report"), "sent_at"),
        (WelfareNotice, _("Child welfare notice"), "made_at"),
    ):
        for record in model.objects.filter(person=person).select_related("to_partner"):
            told.append((getattr(record, moment), record.to_partner.name, kind))
    return [f"{partner}: {kind}, {day(at)}" for at, partner, kind in sorted(told, key=lambda each: each[0])]


HOLDER = Holder(held=held, erase=erase_disclosed, origins=origins, recipients=recipients)
