"""What comparisons say on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.comparison import words
from metrics.comparison.effects import effects_of
from metrics.recidivism.models import Offences
from metrics.runs.releases import latest_release
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says

MONTHS = 12


@says(order=10)
def effects(acting: Acting) -> list[Line]:
    """The first line of the page of effects, for re-arrest within a year in the newest release."""
    release = latest_release()
    if release is None:
        text = _("No release yet: outcomes are shown once the first one is made.")
    else:
        finding = words.finding_of_all(effects_of(release, acting, months=MONTHS, offences=Offences.ANY))
        text = f"{finding} {_('Release %(quarter)s.') % {'quarter': release.quarter}}"
    return [Line(Part.FINDING, text, reverse("effects"), _("Does it work?"))]
