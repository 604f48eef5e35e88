"""What referrals hold about a person of the own partner, whether it sent or received them; and how that is erased."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.actions import Holder, Part
from partnership.pages.template_tags import day
from referrals.consents.actions import erase_disclosed
from referrals.diversions.models import Condition, DiversionAgreement
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
            [_("Sent"), _("To"), _("Attendance"), _("Meetings attended"), _("Meetings missed")],
            [
                [day(s.sent_at), s.to_partner.name, s.get_attendance_display(), str(s.attended), str(s.missed)]
                for s in Statement.objects.filter(person=person).select_related("to_partner").order_by("id")
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


HOLDER = Holder(held=held, erase=erase_disclosed)
