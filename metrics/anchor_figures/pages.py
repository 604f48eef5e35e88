"""How anchor teams do: how soon they met, and whether first visits were kept."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.anchor_figures.models import AnchorResult
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES, visible_results
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _results(request: PartnerRequest) -> tuple[Run | None, list[AnchorResult]]:
    """The release, and what the acting partner sees of it: all cases first."""
    run = requested_run(request, of_release=True)
    if run is None:
        return None, []
    seen = AnchorResult.objects.filter(visible_results(request.acting), run=run).select_related("partner")
    return run, sorted(seen, key=lambda result: (result.partner is not None, _whose(result)))


def _whose(result: AnchorResult) -> str:
    return result.partner.name if result.partner else _("All anchor cases")


@require_safe
@partner_page(FIGURES)
def anchor_figures(request: PartnerRequest) -> HttpResponse:
    """A row for each partner that leads cases, as far as the reader sees them."""
    run, results = _results(request)
    context = {"run": run, "rows": [(_whose(result), result) for result in results]}
    return render(request, "metrics/anchor_figures/anchor_figures.html", context)


@figure("anchor")
def anchor_figure(request: PartnerRequest) -> Figure:
    """The same rows, in the page's order."""
    run, results = _results(request)
    interval = [_("95 % interval, from"), _("95 % interval, to")]
    heading = [
        _("Led by"),
        _("Met within 14 days"),
        _("Met within 28 days"),
        _("Met later, or not"),
        _("Share within 14 days"),
        *interval,
        _("First visit kept"),
        _("First visit missed"),
        _("Not known"),
        _("Share kept"),
        *interval,
    ]
    rows = [
        [
            _whose(r), r.met_soon, r.met_later, r.not_met, r.soon_rate, r.soon_lower, r.soon_upper,
            r.kept, r.missed, r.unknown, r.kept_rate, r.kept_lower, r.kept_upper,
        ]
        for r in results
    ]  # fmt: skip
    return Figure("anchor", heading, rows, run)
