"""Whether people who were placed with an employer were still there after three and six months."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.figures.by_partner import ByPartner, Share, results_by_partner
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.placement_figures.models import PlacementResult
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _rows(request: PartnerRequest) -> tuple[Run | None, list[tuple[str, Any]]]:
    """The release, and its results: of each partner three months before six."""
    run, rows = results_by_partner(request, PlacementResult, _("All placements"))
    return run, sorted(rows, key=lambda row: (row[1].partner is not None, row[0], row[1].months))


@require_safe
@partner_page(FIGURES)
def placement_figures(request: PartnerRequest) -> HttpResponse:
    """Two rows for each partner that places people with employers, as far as the reader sees them."""
    _run, rows = _rows(request)
    return ByPartner(
        name="placements",
        title=_("Are people still at work?"),
        about=_(
            "Of placements with employers that began at least three or six months ago, in how many somebody confirmed after that time that"
            " the person was still there, or knows that it ended later. A placement that nobody asked about counts as not there. One"
            " that ended as agreed, or because the person was hired, isn't there any more either: it stands in a count of its own. This"
            " does not show whether the placement made a difference."
        ),
        first=_("Helped by"),
        columns=[
            (_("Months"), lambda result: (result.months,)),
            (_("Share still there"), lambda result: Share(result.share, result.share_lower, result.share_upper)),
            (_("Still there"), lambda result: (result.there,)),
            (_("Ended as agreed, or hired"), lambda result: (result.as_agreed,)),
            (_("Ended early"), lambda result: (result.early,)),
            (_("Not asked"), lambda result: (result.unknown,)),
        ],
        few=_("Fewer than 30 placements"),
        empty=_("They appear with the next release of figures, once a placement is three months old."),
    ).page(request, rows)


@figure("placements")
def placement_figure(request: PartnerRequest) -> Figure:
    """The same rows, in the page's order."""
    run, rows = _rows(request)
    heading = [
        _("Helped by"),
        _("Months"),
        _("Still there"),
        _("Ended as agreed, or hired"),
        _("Ended early"),
        _("Not asked"),
        _("Share still there"),
        _("95 % interval, from"),
        _("95 % interval, to"),
    ]
    table = [
        [whose, r.months, r.there, r.as_agreed, r.early, r.unknown, r.share, r.share_lower, r.share_upper]
        for whose, r in rows
    ]
    return Figure("placements", heading, table, run)
