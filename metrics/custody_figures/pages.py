"""How soon somebody was in contact after a release from custody."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.custody_figures.models import ReleaseResult
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES, visible_results
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _results(request: PartnerRequest) -> tuple[Run | None, list[ReleaseResult]]:
    """The release of figures, and what the acting partner sees of it: all releases from custody first."""
    run = requested_run(request, of_release=True)
    if run is None:
        return None, []
    seen = ReleaseResult.objects.filter(visible_results(request.acting), run=run).select_related("partner")
    return run, sorted(seen, key=lambda result: (result.partner is not None, _whose(result)))


def _whose(result: ReleaseResult) -> str:
    return result.partner.name if result.partner else _("All releases")


@require_safe
@partner_page(FIGURES)
def custody_figures(request: PartnerRequest) -> HttpResponse:
    """A row for each partner that helps people out of custody, as far as the reader sees them."""
    run, results = _results(request)
    context = {"run": run, "rows": [(_whose(result), result) for result in results]}
    return render(request, "metrics/custody_figures/custody_figures.html", context)


@figure("releases")
def release_figure(request: PartnerRequest) -> Figure:
    """The same rows, in the page's order."""
    run, results = _results(request)
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
            _whose(r),
            r.in_a_day,
            r.in_three_days,
            r.in_a_fortnight,
            r.not_by_then,
            *(number for share in r.shares for number in share),
        ]
        for r in results
    ]
    return Figure("releases", heading, rows, run)
