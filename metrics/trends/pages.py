"""Arrest trends of a district, and what changed at an intervention."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.address import choice, requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.trends import actions as trends
from metrics.trends.forms import InterventionForm
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import District
from partnership.pages.guard import partner_page
from partnership.pages.number_format import typed

Group = ArrestTrendResult.Group
SETS = {
    "all": (Group.DRUG, Group.OTHER),
    "drug": (Group.PERSONAL, Group.SUPPLY),
    "young": (Group.JUVENILE_DRUG,),
    "overdoses": (Group.OVERDOSES, Group.FATAL_OVERDOSES),
}
SET_LABELS = {
    "all": gettext_lazy("All arrests"),
    "drug": gettext_lazy("Drug offences"),
    "young": gettext_lazy("Drug offences of under-18s"),
    "overdoses": gettext_lazy("Overdoses"),
}
MEASURES = {
    "rate": gettext_lazy("Per 100,000 residents"),
    "adjusted": gettext_lazy("Seasonally adjusted, per 100,000"),
    "count": gettext_lazy("Number"),
}


def _trend_context(request: PartnerRequest) -> dict[str, Any]:
    run = requested_run(request)
    districts = (
        District.objects.filter(pk__in=run.trends.values("district")).order_by("name")
        if run
        else District.objects.none()
    )
    choices = {str(district.pk): district for district in districts}
    district = choice(request, "district", choices, next(iter(choices), ""))
    group_set = choice(request, "group", SETS, "all")
    measure = choice(request, "measure", MEASURES, "rate")
    results = list(run.trends.filter(district=choices[district]).order_by("month", "group")) if run and district else []
    return {
        "run": run,
        "districts": list(choices.values()),
        "district": choices.get(district),
        "measure": measure,
        "measures": MEASURES.items(),
        "group_set": group_set,
        "sets": SET_LABELS.items(),
        "results": [r for r in results if r.group in SETS[group_set]],
        "all_results": results,
    }


def measured(result: ArrestTrendResult, measure: str) -> float | None:
    """A month's number, rate or seasonally adjusted rate (both per 100,000 residents); None where it is withheld."""
    if measure == "count":
        return result.arrests
    return result.rate_per_100k if measure == "rate" else result.adjusted


@require_safe
@partner_page(FIGURES)
def arrest_trends(request: PartnerRequest) -> HttpResponse:
    """Monthly arrests of one district: chart, table by month, years and five years compared."""
    context = _trend_context(request)
    months: dict[Any, dict[str, ArrestTrendResult]] = {}
    for result in context["all_results"]:
        months.setdefault(result.month, {})[result.group] = result
    rows = sorted(months.items(), reverse=True)
    groups = [(g.value, g.label) for g in Group if any(g.value in cells for _month, cells in rows)]
    context["rows"] = rows
    context["groups"] = groups
    context["years"] = [(group, label, year_sums(rows, group)) for group, label in groups]
    context["has_chart"] = any(measured(r, context["measure"]) is not None for r in context["results"])
    if context["run"] and context["district"]:
        context["changes"] = {
            c.group: c
            for c in context["run"].changes.filter(kind=TrendChange.Kind.FIVE_YEARS, district=context["district"])
        }
        context["feeds"] = [feed for feed in context["run"].poor_feeds if feed[0] == context["district"].pk]
    context["interventions"] = Intervention.objects.order_by("-started_on")[:20]
    return render(request, "metrics/trends/arrest_trends.html", context)


def year_sums(rows: list[tuple[Any, dict[str, ArrestTrendResult]]], group: str) -> dict[str, Any]:
    """Arrests in the newest twelve months and the twelve before, and the change; None as soon as one month is withheld,
    which would follow from the sum."""

    def total(part: list[tuple[Any, dict[str, ArrestTrendResult]]]) -> int | None:
        counts = [by_group[group].arrests if group in by_group else None for _month, by_group in part]
        if len(counts) < 12 or any(count is None for count in counts):
            return None
        return sum(count for count in counts if count is not None)

    now, before = total(rows[:12]), total(rows[12:24])
    change = (now - before) / before if now is not None and before else None
    return {"now": now, "before": before, "change": change}


@figure("arrests")
def arrests_figure(request: PartnerRequest) -> Figure:
    """A row a month and group of one district; the chart: the groups and the measure that the address names."""
    context = _trend_context(request)
    district = context["district"]
    if district is None:
        raise Http404
    heading = [_("District"), _("Month"), _("Group"), _("Number"), _("Per 100,000 residents"), _("Seasonally adjusted")]
    rows = [
        [district.name, r.month.strftime("%Y-%m"), r.get_group_display(), r.arrests, r.rate_per_100k, r.adjusted]
        for r in context["all_results"]
    ]
    measure = context["measure"]

    def draw(theme: str, narrow: bool) -> Any:
        lines: list[charts.SeriesRow] = [
            {"month": r.month, "series": str(r.get_group_display()), "value": measured(r, measure)}
            for r in context["results"]
        ]
        title = str(MEASURES[measure]) if measure != "count" else _("A month")
        return charts.series(lines, title=title, theme=theme, narrow=narrow)

    is_drawn = any(measured(r, measure) is not None for r in context["results"])
    return Figure(f"arrests-{district.code}", heading, rows, context["run"], draw if is_drawn else None)


# --- Interventions -----------------------------------------------------------------------------------------------------------


@partner_page(trends.save_intervention)
def intervention_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new intervention, or one to change."""
    intervention = get_object_or_404(Intervention, pk=pk) if pk else None
    form = InterventionForm(request.POST or None, instance=intervention)
    if form.is_valid():
        saved_intervention = trends.save_intervention(
            by=request.acting,
            intervention=form.save(commit=False),
            districts=form.cleaned_data["districts"],
            comparison_districts=form.cleaned_data["comparison_districts"],
        )
        messages.success(request, _("Saved. Its figures come with the computation that has just been asked for."))
        return redirect("intervention", pk=saved_intervention.pk)
    title = str(intervention) if intervention else _("New intervention")
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("arrest_trends")})


def _intervention_context(request: PartnerRequest, pk: int) -> dict[str, Any]:
    intervention = get_object_or_404(
        Intervention.objects.select_related("programme").prefetch_related("districts", "comparison_districts"), pk=pk
    )
    run = requested_run(request)
    changes = {c.kind: c for c in run.changes.filter(intervention=intervention)} if run else {}
    level = changes.get(TrendChange.Kind.LEVEL)
    lines = [[date.fromisoformat(line[0]), *line[1:]] for line in level.lines] if level else []
    return {"run": run, "intervention": intervention, "changes": changes, "level": level, "lines": lines}


@require_safe
@partner_page(FIGURES)
def intervention(request: PartnerRequest, pk: int) -> HttpResponse:
    """What changed at an intervention, and whether the trends before it were parallel to those of the comparison districts."""
    context = _intervention_context(request, pk)
    kind = TrendChange.Kind
    context["shown"] = [
        context["changes"][k] for k in (kind.LEVEL, kind.SLOPE, kind.DIFFERENCE, kind.DRIFT) if k in context["changes"]
    ]
    drift = context["changes"].get(kind.DRIFT)
    context["is_parallel"] = drift is None or drift.lower is None or (drift.lower < 0 < (drift.upper or 0))
    return render(request, "metrics/trends/intervention.html", context)


@figure("intervention")
def intervention_figure(request: PartnerRequest) -> Figure:
    """A row a month: rates a year per 100,000, fitted and expected ones, and those of the comparison districts."""
    number = typed(request.GET.get("intervention", ""))
    if number is None:
        raise Http404
    context = _intervention_context(request, number)
    heading = [
        _("Month"),
        _("Pilot districts"),
        _("Fitted"),
        _("Expected from the time before"),
        _("Comparison districts"),
    ]
    lines = context["lines"]

    def draw(theme: str, narrow: bool) -> Any:
        rows: list[charts.SeriesRow] = []
        start = context["intervention"].started_on.replace(day=1)
        for month, rate, fitted, expected, other in lines:
            values = [(heading[1], rate), (heading[2], fitted), (heading[3], expected if month >= start else None)]
            if any(line[4] is not None for line in lines):
                values.append((heading[4], other))
            rows += [{"month": month, "series": str(name), "value": value} for name, value in values]
        title = _("A year, per 100,000 residents")
        return charts.series(rows, title=title, theme=theme, narrow=narrow, start=context["intervention"].started_on)

    rows = [[month.strftime("%Y-%m"), *rest] for month, *rest in lines]
    name = f"intervention-{context['intervention'].pk}"
    return Figure(name, heading, rows, context["run"], draw if lines else None)
