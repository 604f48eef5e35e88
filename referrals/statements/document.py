"""A statement as a document, for the file of a prosecutor or court."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partnership.pages import pdf
from partnership.pages.pdf import section
from partnership.pages.template_tags import day
from referrals.handover.models import NO_FURTHER_DISCLOSURE
from referrals.statements.models import Statement


def facts(statement: Statement) -> list[tuple[str, str]]:
    """What a statement says, as names and values: on the page and in the document alike."""
    said = [
        (_("Attendance"), statement.get_attendance_display()),
        (_("Takes part since"), day(statement.started_on)),
        (_("Until"), day(statement.ended_on) if statement.ended_on else ""),
        (_("Meetings attended"), str(statement.attended)),
        (_("Meetings missed"), str(statement.missed)),
        (_("Note for the court"), statement.note or ""),
    ]
    return [(name, value) for name, value in said if value]


def statement_document(statement: Statement) -> bytes:
    """The statement as tagged PDF in the current language. Whoever sees the statement can make it."""
    sent_on = day(statement.sent_at)
    about = [(_("Name"), statement.name), (_("Date of birth"), day(statement.born_on))]
    if statement.number:
        about.append((_("Case number"), statement.number))
    says = [list(fact) for fact in facts(statement)]
    return pdf.document(
        {
            "title": _("Statement on attendance"),
            "author": statement.from_partner.name,
            "subtitle": _("To %(partner)s") % {"partner": statement.to_partner.name},
            "headline": str(statement.get_attendance_display()),
            "warning": _("Simulated people and arrests.") if statement.from_partner.is_simulated else "",
            "footer": _("Statement %(n)s · %(partner)s · %(day)s")
            % {"n": statement.pk, "partner": statement.from_partner.name, "day": sent_on},
            "sections": [
                section(_("About whom"), [], [_("Information"), _("Value")], [list(fact) for fact in about]),
                section(_("Attendance as of %(day)s") % {"day": sent_on}, [], [_("Information"), _("Value")], says),
                section(
                    _("What this says and what it doesn't"),
                    [
                        (
                            _(
                                "These are dates and counts from %(partner)s's own records, with a note that the person has read."
                            )
                            if statement.note
                            else _(
                                "These are dates and counts from %(partner)s's own records. What was said or found there is not part of them."
                            )
                        )
                        % {"partner": statement.from_partner.name},
                        str(NO_FURTHER_DISCLOSURE),
                    ],
                ),
                section(
                    _("Signed"), [_("%(name)s, %(day)s") % {"name": statement.signed_by.full_name, "day": sent_on}]
                ),
            ],
        }
    )
