"""How anchor teams do: how soon they met, and whether first visits were kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.anchor_figures.models import AnchorResult
from metrics.figures.by_partner import ByPartner, Share, results_by_partner
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _rows(request: PartnerRequest) -> tuple[Run | None, list[tuple[str, Any]]]:
    return results_by_partner(request, AnchorResult, _("All anchor cases"))


@require_safe
@partner_page(FIGURES)
def anchor_figures(request: PartnerRequest) -> HttpResponse:
    """A row for each partner that leads cases, as far as the reader sees them."""
    _run, rows = _rows(request)
    return ByPartner(
        name="anchor",
        title=_("How do anchor teams do?"),
        about=_(
            "Of cases that a team took at least 28 days ago, how soon it met; and of those guided to a service, whether a first visit "
            "was kept. This does not show whether the teams made a difference."
        ),
        first=_("Led by"),
        columns=[
            (
                _("Share that met within 14 days"),
                lambda result: Share(result.soon_rate, result.soon_lower, result.soon_upper),
            ),
            (
                _("Met within 14 days, within 28, later or not"),
                lambda result: (result.met_soon, result.met_later, result.not_met),
            ),
            (
                _("Share of first visits kept"),
                lambda result: Share(result.kept_rate, result.kept_lower, result.kept_upper),
            ),
            (_("Kept, missed, not known"), lambda result: (result.kept, result.missed, result.unknown)),
        ],
        few=_("Fewer than 30 cases"),
        empty=_("They appear with the next release, once a team took a case."),
    ).page(request, rows)


@figure("anchor")
def anchor_figure(request: PartnerRequest) -> Figure:
    """The same rows, in the page's order."""
    run, results = _rows(request)
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
            whose, r.met_soon, r.met_later, r.not_met, r.soon_rate, r.soon_lower, r.soon_upper,
            r.kept, r.missed, r.unknown, r.kept_rate, r.kept_lower, r.kept_upper,
        ]
        for whose, r in results
    ]  # fmt: skip
    return Figure("anchor", heading, rows, run)
