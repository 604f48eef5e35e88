"""The letter to a diverted person: what was agreed, where to go, until when, and which rights they have."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partnership.pages import pdf
from partnership.pages.pdf import section
from referrals.diversions.models import DiversionAgreement


def diversion_letter(diversion: DiversionAgreement) -> bytes:
    """The letter as tagged PDF in the current language. Needs the disclosure: only a party can make it."""
    referral, disclosure = diversion.referral, diversion.referral.disclosure
    programme, receiver = referral.programme, diversion.to_partner
    deadline = date_format(diversion.deadline, "SHORT_DATE_FORMAT")
    contact = ", ".join(filter(None, [receiver.phone, receiver.email]))
    rows = [
        [str(condition.get_kind_display()), condition.detail or "–", str(condition.target)]
        for condition in diversion.conditions.order_by("id")
    ]
    where = [_("%(programme)s, %(partner)s.") % {"programme": programme.local_name, "partner": receiver.name}]
    where += [location.address for location in programme.locations.all()]
    if contact:
        where.append(_("Contact: %(contact)s") % {"contact": contact})
    rights = [
        _(
            "You may withdraw your consent at any time, at the police unit or at the programme. Disclosure then ends at once."
        ),
        _(
            "What you talk about in the programme stays there. The police learn only how often you came, dates and the outcome."
        ),
        _("You may ask both organisations what they hold about you and who has read it."),
    ]
    return pdf.document(
        {
            "title": _("Your diversion agreement"),
            "author": diversion.from_partner.name,
            "subtitle": f"{disclosure.first_names} {disclosure.last_name}".strip(),
            "headline": _("Do what is agreed below by %(deadline)s. The police then decide on the matter.")
            % {"deadline": deadline},
            "warning": _("Simulated people and arrests.") if receiver.is_simulated else "",
            "footer": _("Referral %(n)s · %(partner)s · %(day)s")
            % {
                "n": referral.pk,
                "partner": diversion.from_partner.name,
                "day": date_format(timezone.localdate(), "SHORT_DATE_FORMAT"),
            },
            "sections": [
                section(_("What was agreed"), [], [_("Condition"), _("Which exactly"), _("How often")], rows),
                section(_("Where to go"), where),
                section(
                    _("If something comes up"),
                    [_("Call the programme before the deadline: a date can be changed when there is a reason.")],
                ),
                section(_("Your rights"), rights),
            ],
        }
    )
