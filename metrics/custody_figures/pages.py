"""How soon somebody was in contact after a release from custody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.custody_figures.models import ReleaseResult
from metrics.figures.by_partner import ByPartner, Share, results_by_partner
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _rows(request: PartnerRequest) -> tuple[Run | None, list[tuple[str, Any]]]:
    return results_by_partner(request, ReleaseResult, _("All releases"))


@require_safe
@partner_page(FIGURES)
def custody_figures(request: PartnerRequest) -> HttpResponse:
    """A row for each partner that helps people out of custody, as far as the reader sees them."""
    _run, rows = _rows(request)
    return ByPartner(
        name="releases",
        title=_("Is somebody there after a release?"),
        about=_(
            "Of releases from custody at least 14 days ago, how soon the first contact was kept, from what was recorded. A contact that "
            "nobody recorded counts as none. This does not show whether the contacts made a difference."
        ),
        first=_("Helped by"),
        columns=[
            (_("Share within 24 hours"), lambda result: Share(*result.shares[0])),
            (_("Share within 72 hours"), lambda result: Share(*result.shares[1])),
            (_("Share within 14 days"), lambda result: Share(*result.shares[2])),
            (
                _("24 h · 72 h · 14 days · later or not"),
                lambda result: (result.in_a_day, result.in_three_days, result.in_a_fortnight, result.not_by_then),
            ),
        ],
        few=_("Fewer than 30 releases"),
        empty=_("They appear with the next release of figures, once people have come out of custody."),
    ).page(request, rows)


@figure("releases")
def release_figure(request: PartnerRequest) -> Figure:
    """The same rows, in the page's order."""
    run, results = _rows(request)
    interval = [_("95 % interval, from"), _("95 % interval, to")]
    heading = [
        _("Helped by"),
        _("First contact within 24 hours"),
        _("Within 72 hours"),
        _("Within 14 days"),
        _("Later, or not"),
        _("Share within 24 hours"),
        *interval,
        _("Share within 72 hours"),
        *interval,
        _("Share within 14 days"),
        *interval,
    ]
    rows = [
        [
            whose,
            r.in_a_day,
            r.in_three_days,
            r.in_a_fortnight,
            r.not_by_then,
            *(number for share in r.shares for number in share),
        ]
        for whose, r in results
    ]
    return Figure("releases", heading, rows, run)
