"""What is held in a protected record, on paper for the person concerned. The file of all data has nothing of it (ADR 46)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.openings.models import RecordOpening
from cases.protection.models import SafeContact, Screen
from partnership.members.models import Partner
from partnership.pages import pdf
from partnership.pages.template_tags import day


def copy_of(screen: Screen, partner: Partner) -> bytes:
    """The record, what was asked of the assistance system and the police, and safe contact, as tagged PDF."""
    contact = SafeContact.objects.filter(person=screen.person_id).first() if screen.person_id else None
    referrals = screen.referrals.prefetch_related("notices__to_partner").order_by("id")
    sections = [
        pdf.section(
            _("What we wrote down"),
            [],
            [_("Date"), _("Signs"), _("What next"), _("Written by")],
            [
                [
                    day(screen.on),
                    "; ".join(str(sign) for sign in screen.signs) or "–",
                    screen.get_decision_display(),
                    screen.written_by.full_name,
                ]
            ],
        ),
        pdf.section(
            _("What we asked the assistance system"),
            [],
            [_("Asked on"), _("You agreed on"), _("Taken back on"), _("Answer"), _("Police who know of it")],
            [
                [
                    day(referral.sent_on),
                    day(referral.consented_on),
                    day(referral.withdrawn_on) or "–",
                    referral.get_answer_display() or "–",
                    ", ".join(notice.to_partner.name for notice in referral.notices.all()) or "–",
                ]
                for referral in referrals
            ],
        ),
        pdf.section(
            _("How we reach you safely"),
            [],
            [_("How"), _("When"), _("Never")],
            [[contact.how or "–", contact.when or "–", contact.never or "–"]] if contact else [],
        ),
        pdf.section(
            _("Who looked"),
            [],
            [_("When"), _("Who"), _("Why")],
            [
                [day(opening.opened_at), opening.user.full_name, opening.words or "–"]
                for opening in RecordOpening.objects.filter(protected_number=screen.pk)
                .select_related("user")
                .order_by("id")
            ],
        ),
    ]
    return pdf.document(
        {
            "title": _("Your data at %(partner)s") % {"partner": partner.name},
            "author": partner.name,
            "subtitle": "",  # no name on a paper that may be found
            "headline": "",
            "warning": _("Simulated people and arrests.") if partner.is_simulated else "",
            "footer": _("As of %(day)s") % {"day": day(timezone.localdate())},
            "sections": [section for section in sections if section["rows"]],
        }
    )
