"""How scores changed: each programme and instrument, with how many were assessed twice, once or not at all."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.assessments.instruments import INSTRUMENTS
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES, visible_results
from metrics.runs.models import Run
from metrics.score_changes.models import ScoreChange
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def _results(request: PartnerRequest) -> tuple[Run | None, list[ScoreChange]]:
    """The release, and what the acting partner sees of it: by instrument, the whole partnership first."""
    run = requested_run(request, of_release=True)
    if run is None:
        return None, []
    order = list(INSTRUMENTS)
    seen = ScoreChange.objects.filter(visible_results(request.acting), run=run).select_related("programme", "partner")
    return run, sorted(seen, key=lambda r: (order.index(r.instrument), r.programme is not None, _whose(r)))


def _whose(result: ScoreChange) -> str:
    """Whose result it is, for people."""
    if result.programme and result.partner:
        return f"{result.programme.name}, {result.partner.name}"
    return _("All programmes that use it")


@require_safe
@partner_page(FIGURES)
def score_changes(request: PartnerRequest) -> HttpResponse:
    """One table an instrument: who got better, stayed the same, got worse, and how many were not assessed twice."""
    run, results = _results(request)
    tables: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        tables.setdefault(result.instrument, []).append({"result": result, "whose": _whose(result)})
    instruments = [(INSTRUMENTS[code], rows) for code, rows in tables.items()]
    context = {"run": run, "instruments": instruments}
    return render(request, "metrics/score_changes/score_changes.html", context)


@figure("score_changes")
def score_changes_figure(request: PartnerRequest) -> Figure:
    """A row a programme and instrument, in the page's order."""
    run, results = _results(request)
    heading = [
        _("Instrument"),
        _("Programme"),
        _("Participants"),
        _("Assessed twice or more"),
        _("Assessed once"),
        _("Not assessed"),
        _("Better"),
        _("The same"),
        _("Worse"),
        _("Share better"),
        _("95 % interval, from"),
        _("95 % interval, to"),
        _("Mean change for the better, points"),
        _("95 % interval, from"),
        _("95 % interval, to"),
    ]
    rows = [
        [
            str(INSTRUMENTS[r.instrument].label), _whose(r), r.participants, r.assessed_twice, r.assessed_once, r.not_assessed,
            r.better, r.same, r.worse, r.better_rate, r.better_lower, r.better_upper, r.change, r.change_lower, r.change_upper,
        ]
        for r in results
    ]  # fmt: skip
    return Figure("score_changes", heading, rows, run)
