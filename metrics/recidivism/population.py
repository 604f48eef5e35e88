"""All results about one programme or cohort: read once, for its page, its pictures, its files and its report."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from metrics.cohorts.models import visible_cohorts
from metrics.comparison.curves import pairs
from metrics.comparison.effects import in_order
from metrics.comparison.models import ComparisonResult
from metrics.figures.address import choice, requested_run
from metrics.quality.rests_on import RestsOn
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.fixed_windows import WINDOWS
from metrics.recidivism.models import CareResult, Offences, RecidivismResult, SurvivalResult
from partnership.isolation.acting import PartnerRequest
from partnership.pages.number_format import typed
from programs.catalogue.models import Programme

WINDOW_CHOICES = {str(months): months for months in WINDOWS}


def page_choices(request: PartnerRequest) -> dict[str, Any]:
    """The run, the window (months) and the kind of offence that the address names; and what there is to choose from."""
    return {
        "run": requested_run(request, of_release=True),
        "window": WINDOW_CHOICES[choice(request, "window", WINDOW_CHOICES, "12")],
        "windows": WINDOWS,
        "offences": choice(request, "offences", dict(Offences.choices), "any"),
        "offence_choices": Offences.choices,
    }


def requested_population(request: PartnerRequest) -> dict[str, Any]:
    """Whose figures the address asks for: ?programme= or ?cohort=. Somebody else's is not found."""
    numbers = {name: typed(request.GET.get(name, "")) for name in ("programme", "cohort")}
    named = {name: number for name, number in numbers.items() if number is not None}
    if len(named) != 1:
        raise Http404
    if "programme" in named:
        programme = get_object_or_404(Programme.objects.select_related("partner"), pk=named["programme"])
        if request.acting.role != "coordinator" and programme.partner_id != request.acting.partner.pk:
            raise Http404
        return {"programme": programme, "cohort": None}
    return {"programme": None, "cohort": get_object_or_404(visible_cohorts(request.acting), pk=named["cohort"])}


def population_context(request: PartnerRequest) -> dict[str, Any]:
    """Every result about the population: windows, curve, comparisons, care."""
    context = page_choices(request) | requested_population(request)
    run, about = context["run"], {"programme": context["programme"], "cohort": context["cohort"]}
    if run is None:
        nothing: dict[str, Any] = {"window_rows": [], "comparisons": [], "pairs": [], "curve": None, "doubts": []}
        return context | nothing | {"rests_on": RestsOn()}
    total = Q(partner=None, programme=None, cohort=None, window_months=context["window"])
    own_and_total = run.recidivismresults.filter(Q(**about) | total)
    results = list(own_and_total.filter(offences=context["offences"]).order_by("window_months"))
    cohort = context["cohort"]
    context["is_outdated"] = cohort and run.parameters.get("cohorts", {}).get(str(cohort.pk)) != cohort.fingerprint
    context["window_rows"] = [r for r in results if r.programme_id or r.cohort_id]
    context["doubts"] = [Doubt(*doubt).words for doubt in (context["window_rows"] or [RecidivismResult()])[0].doubts]
    context["rests_on"] = RestsOn.of(context["window_rows"])
    context["partnership"] = next((r for r in results if not (r.programme_id or r.cohort_id)), None)
    context["result"] = next((r for r in context["window_rows"] if r.window_months == context["window"]), None)
    sentences = [recidivism_words.links_sentence(result) for result in context["window_rows"]]
    context["links"] = [sentence for sentence in sentences if sentence]
    context["curve"] = SurvivalResult.objects.filter(run=run, offences=context["offences"], **about).first()
    context["care"] = CareResult.objects.filter(run=run, **about).first()
    context["comparisons"], context["pairs"] = [], []
    if context["programme"]:
        every = list(run.comparisons.filter(programme=context["programme"], offences=context["offences"]))
        context["comparisons"] = in_order(c for c in every if c.window_months == context["window"])
        context["pairs"] = pairs(every)
    context["matched"] = next((c for c in context["comparisons"] if c.group == ComparisonResult.Group.MATCHED), None)
    rate = recidivism_words.rate_sentence(context["result"], context["window"])
    finding = recidivism_words.finding(context["comparisons"])
    context["headline"], context["rate_sentence"] = (finding, rate) if finding else (rate, "")
    return context


def file_name(context: dict[str, Any], figure_name: str) -> str:
    """The name of a figure's file about the population, without its ending."""
    population = f"programme-{context['programme'].pk}" if context["programme"] else f"cohort-{context['cohort'].pk}"
    return f"{figure_name}-{population}-{context['offences']}"
