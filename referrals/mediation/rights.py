"""What mediations hold about a person of the own register, and whom they told. Whoever was harmed is not named: that is theirs."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.rights.information import Holder, Part
from partnership.pages.template_tags import day
from referrals.mediation.actions import erase_mediations
from referrals.mediation.models import Mediation, MediationReport, Result


def held(person: Person) -> list[Part]:
    """The person's mediations, and what authorities were told of them."""
    return [
        Part(
            _("Mediations"),
            [_("Offered on"), _("Your answer"), _("Held on"), _("How it went"), _("What was agreed"), _("Kept")],
            [
                [
                    day(m.offered_on),
                    m.get_person_answer_display() or "–",
                    day(m.held_on),
                    m.get_result_display() or "–",
                    m.terms_in_words or "–",
                    m.get_kept_display() or "–",
                ]
                for m in Mediation.objects.filter(person=person).order_by("id")
            ],
        ),
        Part(
            _("Reports of mediations"),
            [_("Sent"), _("To"), _("Held on"), _("How it went"), _("Kept")],
            [
                [
                    day(r.sent_at),
                    r.to_partner.name,
                    day(r.held_on),
                    r.get_result_display() or "–",
                    r.get_kept_display() or "–",
                ]
                for r in MediationReport.objects.filter(person=person).select_related("to_partner").order_by("id")
            ],
        ),
    ]


def recipients(person: Person) -> list[str]:
    """Which authorities were told of a mediation."""
    reports = MediationReport.objects.filter(person=person).select_related("to_partner").order_by("id")
    return [f"{report.to_partner.name}: {_('Report of a mediation')}, {day(report.sent_at)}" for report in reports]


def needed(cutoff: date) -> Exists:
    """Of a person (`pk`): a mediation was offered or checked since a day, or nobody has said yet whether its agreement was kept."""
    mediations = Mediation.objects.filter(person=OuterRef("pk"))
    return Exists(
        mediations.filter(Q(offered_on__gte=cutoff) | Q(kept_on__gte=cutoff) | Q(result=Result.AGREEMENT, kept=""))
    )


HOLDER = Holder(held=held, erase=erase_mediations, origins=lambda person: [], recipients=recipients)
