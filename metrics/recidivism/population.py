"""What is shown of one programme or cohort: read once, for its page, its pictures, its files and its report."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from metrics.comparison.models import ComparisonResult
from metrics.figures.shown import choice, shown_run, visible_cohorts
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.models import CareResult, Offences, SurvivalResult
from metrics.runs import actions as runs
from partnership.isolation.acting import PartnerRequest
from partnership.pages.number_format import typed
from programs.catalogue.models import Programme

WINDOWS = {str(months): months for months in runs.WINDOWS}


def chosen(request: PartnerRequest) -> dict[str, Any]:
    """Window and kind of offence of the address, and the run."""
    return {
        "run": shown_run(request),
        "window": WINDOWS[choice(request, "window", WINDOWS, "12")],
        "windows": runs.WINDOWS,
        "offences": choice(request, "offences", dict(Offences.choices), "any"),
        "offence_choices": Offences.choices,
    }


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
            (c, recidivism_words.statement(c), recidivism_words.does_not_show(c))
            for c in sorted(found, key=lambda c: order.index(c.group))
        ]
    matched = next((c for c, *_ in context["comparisons"] if c.group == ComparisonResult.Group.MATCHED), None)
    context["matched"] = matched
    result = context["result"]
    context["headline"] = recidivism_words.headline(
        matched,
        result.rate if result else None,
        result.rate_lower if result else None,
        result.rate_upper if result else None,
        context["window"],
    )
    return context


def file_name(context: dict[str, Any], what: str) -> str:
    """The name of a download, without its ending."""
    of = f"programme-{context['programme'].pk}" if context["programme"] else f"cohort-{context['cohort'].pk}"
    return f"{what}-{of}-{context['offences']}"
