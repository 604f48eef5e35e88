"""The evidence of a programme on paper: all its measures of success, and what is claimed beside what was measured."""

from __future__ import annotations

from django.utils.translation import gettext as _

from metrics.evidence.sections import MAIN_WINDOW, Evidence
from metrics.recidivism.models import Offences
from metrics.reports.pieces import own_feeds, report


def evidence_report(evidence: Evidence) -> bytes:
    """The PDF of what the page shows."""
    programme = evidence.programme
    context = {
        "run": evidence.run,
        "offences": Offences.ANY,
        "offence_choices": Offences.choices,
        "window": MAIN_WINDOW,
    }
    return report(
        context,
        by=programme.partner,
        title=_("Evidence: %(programme)s") % {"programme": programme.local_name},
        facts=[(_("Programme"), programme.local_name)],
        rests_on=evidence.rests_on,
        feeds=own_feeds(evidence.run, [programme], evidence.rests_on),
        headline=evidence.headline,
        sections=evidence.sections,
    )
