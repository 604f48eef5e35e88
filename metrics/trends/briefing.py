"""What arrest trends say on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.runs.actions import latest_run
from metrics.trends.models import ArrestTrendResult, TrendChange
from metrics.trends.words import brief
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says


@says(order=20)
def arrests(acting: Acting) -> list[Line]:
    """Whether arrests for drug offences fell in the partnership over five years, as the page of trends says it."""
    run, group = latest_run(), ArrestTrendResult.Group.DRUG
    five_years = run and run.changes.filter(kind=TrendChange.Kind.FIVE_YEARS, district=None, group=group).first()
    text = five_years and brief(five_years)
    if not text:
        text = _("The partnership’s months are too few to compare five years apart.")
    else:
        about = _("%(what)s in the partnership, the last twelve months against those five years earlier.")
        text = f"{about % {'what': group.label}} {text}"
    return [Line(Part.FINDING, text, reverse("arrest_trends"), _("Are arrests falling?"))]
