"""Recidivism: all programmes side by side, and one programme or saved cohort in full."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics import charts, reports, services, words
from metrics.models import (
    CareResult,
    ComparisonResult,
    Offences,
    RecidivismResult,
    SurvivalResult,
)
from metrics.views.shared import Figure, choice, figure, shown_run, visible_cohorts
from partnership.access import PartnerRequest, partner_page
from partnership.numbers import typed
from programs.models import Programme

WINDOWS = {str(months): months for months in services.WINDOWS}


def chosen(request: PartnerRequest) -> dict[str, Any]:
    """Window and kind of offence of the address, and the run."""
    return {
        "run": shown_run(request),
        "window": WINDOWS[choice(request, "window", WINDOWS, "12")],
        "windows": services.WINDOWS,
        "offences": choice(request, "offences", dict(Offences.choices), "any"),
        "offence_choices": Offences.choices,
    }


def visible(request: PartnerRequest) -> Q:
    """Results of the acting partner and of the whole partnership; all of them for the coordinator. The database holds to the
    same."""
    if request.acting.role == "coordinator":
        return Q()
    return Q(partner=None) | Q(partner=request.acting.partner)


# --- All programmes ----------------------------------------------------------------------------------------------------------


def overview(request: PartnerRequest) -> dict[str, Any]:
    context = chosen(request)
    results: list[RecidivismResult] = []
    if context["run"]:
        found = (
            context["run"]
            .recidivismresults.filter(
                visible(request), window_months=context["window"], offences=context["offences"], cohort=None
            )
            .select_related("programme", "partner")
        )
        results = sorted(found, key=_order)
    context["results"] = results
    return context


def _order(result: RecidivismResult) -> tuple[Any, ...]:
    """By partner, its total last; the partnership's total last of all."""
    return (
        result.partner is None,
        result.partner.name if result.partner else "",
        result.programme is None,
        result.programme.name if result.programme else "",
    )


def label(result: RecidivismResult) -> str:
    if result.programme:
        return result.programme.name
    if result.partner:
        return _("%(partner)s: %(n)s programmes shown") % {"partner": result.partner.name, "n": result.programmes}
    return _("Partnership: %(n)s programmes shown") % {"n": result.programmes}


@require_safe
@partner_page()
def recidivism(request: PartnerRequest) -> HttpResponse:
    context = overview(request)
    context["rows"] = [(label(result), result) for result in context["results"]]
    context["has_rates"] = any(result.rate is not None for result in context["results"])
    context["total"] = next((r for r in context["results"] if r.partner is None), None)
    return render(request, "metrics/recidivism.html", context)


@figure("recidivism")
def recidivism_figure(request: PartnerRequest) -> Figure:
    context = overview(request)
    rows = [
        [
            r.partner.name if r.partner else "",
            label(r),
            r.get_offences_display(),
            r.window_months,
            r.eligible,
            r.rearrested,
            r.rate,
            r.rate_lower,
            r.rate_upper,
            r.mean_rearrests,
            r.get_withheld_display() if r.withheld else "",
        ]
        for r in context["results"]
    ]
    shown = [r for r in context["results"] if r.rate is not None]

    def draw(theme: str, narrow: bool) -> Any:
        lines: list[charts.IntervalRow] = [
            {"label": label(r), "rate": r.rate or 0, "lower": r.rate_lower or 0, "upper": r.rate_upper or 0}
            for r in shown
        ]
        return charts.intervals(lines, theme=theme, narrow=narrow, title=_("Rearrested, 95 % interval"))

    heading = [
        _("Partner"),
        _("Programme"),
        _("Offences"),
        _("Window (months)"),
        _("Observed"),
        _("Rearrested"),
        _("Rate"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Arrests of each rearrested"),
        _("Note"),
    ]
    name = f"recidivism-{context['window']}-{context['offences']}"
    return Figure(name, heading, rows, context["run"], draw if shown else None)


# --- One programme, or one cohort ---------------------------------------------------------------------------------------------


def population(request: PartnerRequest) -> dict[str, Any]:
    """Whose figures the address asks for: ?programme= or ?cohort=. Somebody else's is not found."""
    numbers = {name: typed(request.GET.get(name, "")) for name in ("programme", "cohort")}
    given = {name: number for name, number in numbers.items() if number is not None}
    if len(given) != 1:
        raise Http404
    if "programme" in given:
        programme = get_object_or_404(Programme.objects.select_related("partner"), pk=given["programme"])
        if request.acting.role != "coordinator" and programme.partner_id != request.acting.partner.pk:
            raise Http404
        return {"programme": programme, "cohort": None}
    return {"programme": None, "cohort": get_object_or_404(visible_cohorts(request.acting), pk=given["cohort"])}


def full(request: PartnerRequest) -> dict[str, Any]:
    """Every result about the population: windows, curve, comparisons, care."""
    context = chosen(request) | population(request)
    run, about = context["run"], {"programme": context["programme"], "cohort": context["cohort"]}
    if run is None:
        return context | {"window_rows": [], "comparisons": [], "curve": None}
    total = Q(partner=None, programme=None, cohort=None, window_months=context["window"])
    found = run.recidivismresults.filter(Q(**about) | total)
    results = list(found.filter(offences=context["offences"]).order_by("window_months"))
    cohort = context["cohort"]
    context["is_outdated"] = cohort and run.parameters.get("cohorts", {}).get(str(cohort.pk)) != cohort.selection
    context["window_rows"] = [r for r in results if r.programme_id or r.cohort_id]
    context["partnership"] = next((r for r in results if not (r.programme_id or r.cohort_id)), None)
    context["result"] = next((r for r in context["window_rows"] if r.window_months == context["window"]), None)
    context["curve"] = SurvivalResult.objects.filter(run=run, offences=context["offences"], **about).first()
    context["care"] = CareResult.objects.filter(run=run, **about).first()
    context["comparisons"] = []
    if context["programme"]:
        found = run.comparisons.filter(
            programme=context["programme"], offences=context["offences"], window_months=context["window"]
        )
        order = list(ComparisonResult.Group.values)
        context["comparisons"] = [
            (c, words.statement(c), words.does_not_show(c)) for c in sorted(found, key=lambda c: order.index(c.group))
        ]
    matched = next((c for c, *_ in context["comparisons"] if c.group == ComparisonResult.Group.MATCHED), None)
    context["matched"] = matched
    result = context["result"]
    context["headline"] = words.headline(
        matched,
        result.rate if result else None,
        result.rate_lower if result else None,
        result.rate_upper if result else None,
        context["window"],
    )
    return context


@require_safe
@partner_page()
def population_figures(request: PartnerRequest) -> HttpResponse:
    """One programme or cohort in full: headline, comparisons, curve, windows, care."""
    context = full(request)
    if context["run"]:
        curve = context["curve"]
        context["curve_points"] = [p for p in curve.points if p[0] % 6 == 0] if curve else []
        context["balance"] = [
            (words.covariate(name), before, after)
            for name, _p, _c, before, after in (context["matched"].balance if context["matched"] else [])
        ]
    return render(request, "metrics/population.html", context)


def file_name(context: dict[str, Any], what: str) -> str:
    of = f"programme-{context['programme'].pk}" if context["programme"] else f"cohort-{context['cohort'].pk}"
    return f"{what}-{of}-{context['offences']}"


@figure("survival")
def survival_figure(request: PartnerRequest) -> Figure:
    context = full(request)
    curve = context.get("curve")
    name = context["programme"].name if context["programme"] else context["cohort"].name
    heading = [
        _("Months"),
        _("Not arrested again"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("At risk"),
        _("Arrested again so far"),
        _("Left observation so far"),
    ]
    note = _("Shares are rounded so that they say no more than counts in fives; counts are rounded to fives.")
    return Figure(
        file_name(context, "survival"),
        heading,
        curve.points if curve else [],
        context["run"],
        (lambda theme, narrow: charts.survival([(name, curve.points)], theme=theme, narrow=narrow)) if curve else None,
        [note],
    )


@figure("comparison")
def comparison_figure(request: PartnerRequest) -> Figure:
    context = full(request)
    comparisons = [c for c, *_words in context.get("comparisons", [])]
    heading = [
        _("Comparison group"),
        _("Participants"),
        _("Comparison people"),
        _("Rate"),
        _("Comparison rate"),
        _("Difference"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Reduction"),
        _("Reduction, lower 95 %"),
        _("Reduction, upper 95 %"),
        _("Hazard ratio"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Proportional hazards, p"),
        _("Log-rank, p"),
        _("Note"),
    ]
    rows = [
        [
            c.get_group_display(),
            c.participants,
            c.comparisons,
            c.rate,
            c.comparison_rate,
            c.difference,
            c.difference_lower,
            c.difference_upper,
            c.reduction,
            c.reduction_lower,
            c.reduction_upper,
            c.hazard_ratio,
            c.hazard_lower,
            c.hazard_upper,
            c.proportional_p,
            c.log_rank_p,
            c.get_refusal_display() if c.refusal else "",
        ]
        for c in comparisons
    ]
    shown = [c for c in comparisons if c.difference is not None]

    def draw(theme: str, narrow: bool) -> Any:
        lines: list[charts.IntervalRow] = [
            {
                "label": str(c.get_group_display()),
                "rate": c.difference or 0,
                "lower": c.difference_lower or 0,
                "upper": c.difference_upper or 0,
            }
            for c in shown
        ]
        return charts.intervals(
            lines, theme=theme, narrow=narrow, title=_("Difference in the share rearrested, 95 % interval")
        )

    return Figure(file_name(context, "comparison"), heading, rows, context["run"], draw if shown else None)


@figure("balance")
def balance_figure(request: PartnerRequest) -> Figure:
    context = full(request)
    rows = [
        [words.covariate(name), *numbers]
        for name, *numbers in (context["matched"].balance if context.get("matched") else [])
    ]
    heading = [
        _("Trait"),
        _("Participants"),
        _("Comparison people, weighted"),
        _("Standardised difference before"),
        _("Standardised difference after"),
    ]
    draw = lambda theme, narrow: charts.balance([(row[0], row[3], row[4]) for row in rows], theme=theme, narrow=narrow)  # noqa: E731
    return Figure(file_name(context, "balance"), heading, rows, context["run"], draw if rows else None)


@require_safe
@partner_page()
def report(request: PartnerRequest) -> HttpResponse:
    """The programme's figures as a tagged PDF, to hand to a funder or a court administration."""
    context = full(request)
    if context["run"] is None or context["programme"] is None:
        raise Http404
    response = HttpResponse(reports.programme(context), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(context, "report")}.pdf"'
    return response
