"""Recidivism: all programmes side by side, and one programme or saved cohort in full."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES, visible_results
from metrics.quality.rests_on import RestsOn
from metrics.recidivism import report as recidivism_report
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.models import RecidivismResult
from metrics.recidivism.population import file_name, page_choices, population_context
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


def overview(request: PartnerRequest) -> dict[str, Any]:
    """The choices of the address, and every result in sight for them, in the order of the table."""
    context = page_choices(request)
    results: list[RecidivismResult] = []
    if context["run"]:
        visible = context["run"].recidivismresults.filter(
            visible_results(request.acting), window_months=context["window"], offences=context["offences"], cohort=None
        )
        results = sorted(visible.select_related("programme", "partner"), key=_order)
    context |= {"results": results, "rests_on": RestsOn.of(results)}
    return context


def _order(result: RecidivismResult) -> tuple[Any, ...]:
    """By partner, its total last; the partnership's total last of all."""
    return (
        result.partner is None,
        result.partner.name if result.partner else "",
        result.programme is None,
        result.programme.name if result.programme else "",
    )


def result_label(result: RecidivismResult) -> str:
    """Whose result it is, for people."""
    if result.programme:
        return result.programme.name
    if result.partner:
        return _("%(partner)s: all %(n)s programmes") % {"partner": result.partner.name, "n": result.programmes}
    return _("Partnership: all %(n)s programmes") % {"n": result.programmes}


@require_safe
@partner_page(FIGURES)
def recidivism(request: PartnerRequest) -> HttpResponse:
    """All programmes side by side, the partnership's total last."""
    context = overview(request)
    context["rows"] = [(result_label(result), result) for result in context["results"]]
    context["has_rates"] = any(result.rate is not None for result in context["results"])
    context["total"] = next((r for r in context["results"] if r.partner is None), None)
    return render(request, "metrics/recidivism/recidivism.html", context)


@figure("recidivism")
def recidivism_figure(request: PartnerRequest) -> Figure:
    """A row a programme and total; the chart: rates with their intervals."""
    context = overview(request)
    rows = [
        [
            r.partner.name if r.partner else "",
            result_label(r),
            r.get_offences_display(),
            r.window_months,
            r.eligible,
            None if r.withheld else r.rearrested,
            r.rate,
            r.rate_lower,
            r.rate_upper,
            *r.link_rates,
            " ".join([*([str(r.get_withheld_display())] if r.withheld else []), *(Doubt(*d).words for d in r.doubts)]),
        ]
        for r in context["results"]
    ]
    published = [r for r in context["results"] if r.rate is not None]

    def draw(theme: str, narrow: bool) -> Any:
        lines: list[charts.IntervalRow] = [
            {"label": result_label(r), "rate": r.rate or 0, "lower": r.rate_lower or 0, "upper": r.rate_upper or 0}
            for r in published
        ]
        return charts.intervals(lines, theme=theme, narrow=narrow, title=_("Rearrested, 95 % interval"))

    heading = [
        _("Partner"),
        _("Programme"),
        _("Offences"),
        _("Window (months)"),
        _("Followed"),
        _("Rearrested"),
        _("Rate"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Sure links"),
        _("Expected"),
        _("All links"),
        _("Note"),
    ]
    name = f"recidivism-{context['window']}-{context['offences']}"
    return Figure(name, heading, rows, context["run"], draw if published else None, rests_on=context["rests_on"])


@require_safe
@partner_page(FIGURES)
def population_figures(request: PartnerRequest) -> HttpResponse:
    """One programme or cohort in full: headline, comparisons, curve, windows, care."""
    context = population_context(request)
    if context["run"]:
        curve = context["curve"]
        context["curve_points"] = curve.points if curve else []
        context["comparisons"] = [
            (c, recidivism_words.statement(c), recidivism_words.who_is_compared(c), recidivism_words.does_not_show(c))
            for c in context["comparisons"]
        ]
        context["whole_follow_up"] = [c for c, *_words in context["comparisons"] if c.log_rank_p is not None]
        context["balance"] = [
            (recidivism_words.covariate(name), before, after)
            for name, before, after in (context["matched"].balance if context["matched"] else [])
        ]
    return render(request, "metrics/recidivism/population.html", context)


@figure("survival")
def survival_figure(request: PartnerRequest) -> Figure:
    """A row a window of the population's curve."""
    context = population_context(request)
    curve = context.get("curve")
    name = context["programme"].name if context["programme"] else context["cohort"].name
    heading = [
        _("Months"),
        _("Not arrested again"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Followed"),
    ]
    return Figure(
        file_name(context, "survival"),
        heading,
        curve.points if curve else [],
        context["run"],
        (lambda theme, narrow: charts.survival([(name, curve.points)], theme=theme, narrow=narrow)) if curve else None,
        notes=context.get("doubts", []),
        rests_on=context["rests_on"],
    )


@require_safe
@partner_page(FIGURES)
def report(request: PartnerRequest) -> HttpResponse:
    """The programme's figures as a tagged PDF, to hand to a funder or a court administration."""
    context = population_context(request)
    if context["run"] is None or context["programme"] is None:
        raise Http404
    response = HttpResponse(recidivism_report.programme_report(context), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(context, "report")}.pdf"'
    return response
