"""Are arrests falling: in the partnership, in a district, and at an intervention."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.address import choice, requested_run
from metrics.figures.registry import Figure, figure
from metrics.figures.tile_map import in_rows
from metrics.permissions import FIGURES
from metrics.quality.rests_on import RestsOn
from metrics.runs.models import Run
from metrics.trends import actions as trends
from metrics.trends import overview
from metrics.trends.forms import InterventionForm
from metrics.trends.levels import far_districts
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from metrics.trends.words import brief, finding, unseen
from metrics.trends.words import placebos as placebo_words
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import District
from partnership.pages.guard import partner_page
from partnership.pages.number_format import typed

Group = ArrestTrendResult.Group
SETS = {
    "all": (Group.ALL, Group.DRUG, Group.OTHER),
    "drug": (Group.DRUG, Group.PERSONAL, Group.SUPPLY),
    "young": (Group.JUVENILE_DRUG,),
    "overdoses": (Group.OVERDOSES, Group.FATAL_OVERDOSES),
}
MAIN = {"all": Group.ALL, "drug": Group.DRUG, "young": Group.JUVENILE_DRUG, "overdoses": Group.OVERDOSES}
"""The group of each set that is compared from place to place."""
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


def source(run: Run, through: date | str) -> str:
    """What a picture says of where its numbers come from: the last month (or words for several), the computation, and that they
    are simulated."""
    if isinstance(through, date):
        through = _("Complete through %(month)s") % {"month": date_format(through, "YEAR_MONTH_FORMAT")}
    parts = [
        through,
        _("Computation %(number)s, definition %(definition)s") % {"number": run.pk, "definition": run.definition},
    ]
    if settings.DEMO:
        parts.append(_("Simulated data"))
    return " · ".join(parts)


def _rests_on(run: Run | None, group_set: str, districts: list[int]) -> RestsOn | None:
    """The police feeds behind the series of these districts; None for overdoses, which partners count."""
    return None if run is None or group_set == "overdoses" else RestsOn.of_districts(run, districts)


@require_safe
@partner_page(FIGURES)
def arrest_trends(request: PartnerRequest) -> HttpResponse:
    """Are arrests falling: the partnership, then its districts; or one district, by month."""
    if "district" in request.GET:
        return _one_district(request)
    context = _overview_context(request)
    context["interventions"] = context["interventions"][:20]
    return render(request, "metrics/trends/overview.html", context)


def _overview_context(request: PartnerRequest) -> dict[str, Any]:
    run = requested_run(request)
    group_set = choice(request, "group", SETS, "drug")
    group = MAIN[group_set]
    interventions = list(Intervention.objects.prefetch_related("districts").order_by("-started_on", "id"))
    places = overview.places(run, group, interventions) if run else []
    first = places[0] if places and places[0].district is None else None
    by_district = {place.district.pk: place for place in places if place.district}
    tiles = in_rows([place.district for place in places if place.district])
    together = set(run.parameters.get("partnership", {}).get(group, [])) if run else set()
    names = [place.district.local_name if place.district else _("Partnership") for place in places]
    return {
        "run": run,
        "group": group,
        "group_set": group_set,
        "sets": SET_LABELS.items(),
        "places": list(zip(names, places, strict=True)),
        "partnership": first,
        "rests_on": _rests_on(run, group_set, [place.district.pk for place in places if place.district]),
        "together": len(together),
        "left_out": [p.district.local_name for p in places if p.district and p.district.pk not in together],
        "several": [name for name, place in zip(names, places, strict=True) if place.results[-1].is_one_of_several],
        "not_drawn": [name for name, place in zip(names, places, strict=True) if not place.index("")],
        "has_chart": any(place.index("") for place in places),
        "tiles": [[by_district[district.pk] if district else None for district in row] for row in tiles],
        "columns": len(tiles[0]) if tiles else 0,
        "interventions": interventions,
    }


@figure("arrests-districts")
def districts_figure(request: PartnerRequest) -> Figure:
    """A row a month and district (the partnership first); the chart: small ones, indexed to the first year."""
    context = _overview_context(request)
    places = context["places"]
    heading = [
        _("District"), _("Month"), _("Number"), _("Per 100,000 residents"), _("First year = 100"), _("Twelve months, first year = 100"),
    ]  # fmt: skip
    indexed = {name: {row["month"]: row for row in place.index(name)} for name, place in places}
    rows = []
    for name, place in places:
        for result in place.results:
            row = indexed[name].get(result.month)
            percentages = [row and row["value"], row and row["year"]]
            number = _("under 5") if result.is_under_five else result.arrests
            rows.append([name, result.month.strftime("%Y-%m"), number, measured(result, "rate"), *percentages])
    label = str(Group(context["group"]).label)

    def draw(theme: str, narrow: bool) -> Any:
        five_years = context["partnership"] and context["partnership"].five_years
        heading = charts.Heading(
            f"{label}. {brief(five_years) if five_years else ''}",
            _("The first year is 100; thick: twelve months together; dashed: something began.")
            + " "
            + source(context["run"], overview.through(places)),
        )
        index_rows = [row for own in indexed.values() for row in own.values()]
        starts = [(name, each.started_on) for name, place in places if indexed[name] for each in place.started]
        return charts.multiples(index_rows, starts, heading, theme=theme, narrow=narrow)

    notes = [f"{name}: {place.finding}" for name, place in places if place.finding]
    drawn = draw if context["has_chart"] else None
    return Figure("arrests-districts", heading, rows, context["run"], drawn, notes, context["rests_on"])


# --- One district ------------------------------------------------------------------------------------------------------------


def _district_context(request: PartnerRequest) -> dict[str, Any]:
    run = requested_run(request)
    districts = (
        District.objects.filter(pk__in=run.trends.values("district")).order_by("name")
        if run
        else District.objects.none()
    )
    choices = {str(district.pk): district for district in districts}
    district = choice(request, "district", choices, next(iter(choices), ""))
    group_set = choice(request, "group", SETS, "drug")
    measure = choice(request, "measure", MEASURES, "rate")
    results = (
        list(run.trends.filter(district=choices[district]).select_related("source").order_by("month", "group"))
        if run and district
        else []
    )
    changes = (
        run.changes.filter(kind=TrendChange.Kind.FIVE_YEARS, district=choices[district]) if run and district else []
    )
    return {
        "run": run,
        "districts": list(choices.values()),
        "district": choices.get(district),
        "measure": measure,
        "measures": MEASURES.items(),
        "group_set": group_set,
        "group": MAIN[group_set],
        "label": MAIN[group_set].label,
        "sets": SET_LABELS.items(),
        "results": [r for group in SETS[group_set] for r in results if r.group == group],
        "all_results": results,
        "through": max((r.month for r in results if r.group in SETS[group_set]), default=None),
        "changes": {change.group: change for change in changes},
        "rests_on": _rests_on(run, group_set, [choices[district].pk] if district else []),
    }


def measured(result: ArrestTrendResult, measure: str) -> float | None:
    """A month's number, rate or seasonally adjusted rate (both per 100,000 residents); None where it is under 5."""
    if measure == "adjusted":
        return result.adjusted
    if result.is_under_five:
        return None
    return result.arrests if measure == "count" else result.rate_per_100k


def _one_district(request: PartnerRequest) -> HttpResponse:
    """Monthly arrests of one district: chart, years and five years compared, table by month."""
    context = _district_context(request)
    months: dict[Any, dict[str, ArrestTrendResult]] = {}
    for result in context["all_results"]:
        months.setdefault(result.month, {})[result.group] = result
    rows = sorted(months.items(), reverse=True)
    groups = [(g.value, g.label) for g in Group if any(g.value in cells for _month, cells in rows)]
    context |= {
        "months": {"newest": rows[:12], "rest": rows[12:]},
        "groups": groups,
        "has_chart": any(measured(r, context["measure"]) is not None for r in context["results"]),
        "overdoses": next((r for r in context["all_results"] if r.source), None),
    }
    if context["run"] and context["district"]:
        places = {
            group: overview.Place(
                context["district"],
                [r for r in context["all_results"] if r.group == group],
                context["changes"].get(group),
            )
            for group, _label in groups
        }
        context["years"] = [(label, places[group]) for group, label in groups]
        context["main"] = places.get(context["group"])
    return render(request, "metrics/trends/district.html", context)


@figure("arrests")
def arrests_figure(request: PartnerRequest) -> Figure:
    """A row a month and group of one district; the chart: the groups and the measure that the address names."""
    context = _district_context(request)
    district = context["district"]
    if district is None:
        raise Http404
    heading = [
        _("District"), _("Month"), _("Group"), _("Number"), _("Per 100,000 residents"), _("Seasonally adjusted"), _("Counted by"),
    ]  # fmt: skip
    rows = [
        [
            district.local_name,
            r.month.strftime("%Y-%m"),
            r.get_group_display(),
            _("under 5") if r.is_under_five else r.arrests,
            measured(r, "rate"),
            r.adjusted,
            r.source and r.source.name,
        ]
        for r in context["all_results"]
    ]
    measure, change = context["measure"], context["changes"].get(context["group"])

    def draw(theme: str, narrow: bool) -> Any:
        lines: list[charts.SeriesRow] = [
            {"month": r.month, "series": str(r.get_group_display()), "value": measured(r, measure)}
            for r in context["results"]
        ]
        title = str(MEASURES[measure]) if measure != "count" else _("A month")
        told = f"{district.local_name}: {context['label']}. {brief(change) if change else ''}"
        heading = charts.Heading(told, source(context["run"], context["through"]))
        return charts.series(lines, heading, title=title, theme=theme, narrow=narrow)

    is_drawn = any(measured(r, measure) is not None for r in context["results"])
    notes = [f"{Group(group).label}: {finding(change)}" for group, change in context["changes"].items()]
    name, drawn = f"arrests-{district.code}", draw if is_drawn else None
    return Figure(name, heading, rows, context["run"], drawn, notes, context["rests_on"])


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
    joint = changes.get(TrendChange.Kind.JOINT)
    lines = [[date.fromisoformat(line[0]), *line[1:]] for line in joint.lines] if joint else []
    districts = [
        district.pk for side in (intervention.districts, intervention.comparison_districts) for district in side.all()
    ]
    rests_on = RestsOn.of_districts(run, districts) if run else None
    return {"run": run, "intervention": intervention, "changes": changes, "lines": lines, "rests_on": rests_on}


@require_safe
@partner_page(FIGURES)
def intervention(request: PartnerRequest, pk: int) -> HttpResponse:
    """What changed at an intervention, and whether the trends before it were parallel to those of the comparison districts."""
    context = _intervention_context(request, pk)
    kind, changes = TrendChange.Kind, context["changes"]
    against_before = [changes[k] for k in (kind.JOINT, kind.LEVEL, kind.SLOPE) if k in changes]
    beside = [
        (changes[k], finding(changes[k])) for k in (kind.DIFFERENCE, kind.BY_DISTRICT, kind.DRIFT) if k in changes
    ]
    context |= {
        "far": _far_from_pilots(context["run"], context["intervention"]),
        "against_before": against_before,
        "headline": " ".join([*map(brief, against_before[:1]), *map(finding, against_before[1:])]),
        "unseen": " ".join(map(unseen, against_before[:1])),
        "against_others": beside,
        "placebos": [
            (changes[k], placebo_words(changes[k]), [(date.fromisoformat(m), p) for m, p in changes[k].placebos])
            for k in (kind.JOINT, kind.DIFFERENCE)
            if k in changes and changes[k].placebos
        ],
    }
    return render(request, "metrics/trends/intervention.html", context)


def _far_from_pilots(run: Run | None, intervention: Intervention) -> str:
    """The names of its comparison districts of quite another level."""
    pilot, other = intervention.districts.all(), intervention.comparison_districts.all()
    return ", ".join(district.local_name for district in far_districts(run, pilot, other, intervention.series))


@figure("intervention")
def intervention_figure(request: PartnerRequest) -> Figure:
    """A row a month: rates a year per 100,000, fitted and expected ones with their band, and those of the comparison districts."""
    number = typed(request.GET.get("intervention", ""))
    if number is None:
        raise Http404
    context = _intervention_context(request, number)
    heading = [
        _("Month"), _("Pilot districts"), _("Fitted"), _("Expected from the time before"),
        _("Expected, lower bound"), _("Expected, upper bound"), _("Comparison districts"),
    ]  # fmt: skip
    lines, changes, started = context["lines"], context["changes"], context["intervention"].started_on

    def draw(theme: str, narrow: bool) -> Any:
        rows: list[charts.ExpectedRow] = [
            {"month": month, "pilot": rate, "expected": expected, "lower": lower, "upper": upper, "comparison": other}
            for month, rate, _fitted, expected, lower, upper, other in lines
        ]
        kind = TrendChange.Kind
        told = " ".join(brief(changes[k]) for k in (kind.JOINT, kind.LEVEL, kind.SLOPE) if k in changes)
        about = charts.Heading(
            f"{context['intervention'].name}. {told}",
            _("The band holds what is expected with 95 % confidence.") + " " + source(context["run"], lines[-1][0]),
        )
        names = (str(heading[1]), str(heading[3]), str(heading[6]))
        title = _("A year, per 100,000 residents")
        return charts.expected(rows, names, about, title=title, start=started, theme=theme, narrow=narrow)

    rows = [[month.strftime("%Y-%m"), *rest] for month, *rest in lines]
    notes = [
        f"{change.get_kind_display()}: {words}"
        for change in changes.values()
        for words in (finding(change), placebo_words(change))
        if words
    ]
    name = f"intervention-{context['intervention'].pk}"
    return Figure(name, heading, rows, context["run"], draw if lines else None, notes, context["rests_on"])
