"""Dashboards. Pages read stored results only; charts are drawn once for each run and kept in the cache."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics import charts, services
from metrics.models import ArrestTrendResult, RecidivismResult, Run
from partnership.access import PartnerRequest, partner_page
from partnership.models import District, Role

THEMES = ("light", "dark")
LINES = (ArrestTrendResult.Group.PERSONAL, ArrestTrendResult.Group.SUPPLY)


def _choice(request: PartnerRequest, name: str, allowed: dict[str, Any], default: str) -> str:
    """A parameter of the address, or the default for nonsense."""
    value = request.GET.get(name, default)
    return value if value in allowed else default


# --- Recidivism ------------------------------------------------------------------------------------------------------------


def _recidivism(request: PartnerRequest) -> dict[str, Any]:
    """The chosen window and kind of offence, and the results of the newest run for them."""
    windows = {str(months): months for months in services.WINDOWS}
    window = _choice(request, "window", windows, "12")
    offences = _choice(request, "offences", dict(RecidivismResult.Offences.choices), "any")
    run = services.latest_run()
    results: list[RecidivismResult] = []
    if run:
        found = run.recidivism.filter(window_months=windows[window], offences=offences).select_related(
            "programme", "partner"
        )
        results = sorted(
            found, key=lambda r: (r.partner.name, r.programme is None, r.programme.name if r.programme else "")
        )
    return {
        "run": run,
        "results": results,
        "window": windows[window],
        "windows": services.WINDOWS,
        "offences": offences,
        "offence_choices": RecidivismResult.Offences.choices,
    }


@require_safe
@partner_page()
def recidivism(request: PartnerRequest) -> HttpResponse:
    context = _recidivism(request)
    context["has_rates"] = any(result.rate is not None for result in context["results"])
    return render(request, "metrics/recidivism.html", context)


@require_safe
@partner_page()
def recidivism_csv(request: PartnerRequest) -> HttpResponse:
    context = _recidivism(request)
    run = context["run"]
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
        _("Note"),
    ]
    rows = [
        [
            r.partner.name,
            r.programme.name if r.programme else _("All programmes of the partner"),
            r.get_offences_display(),
            r.window_months,
            r.eligible,
            r.rearrested,
            r.rate,
            r.rate_lower,
            r.rate_upper,
            r.get_withheld_display() if r.withheld else "",
        ]
        for r in context["results"]
    ]
    return _csv(f"recidivism-{context['window']}-{context['offences']}", heading, rows, run)


@require_safe
@partner_page()
def recidivism_svg(request: PartnerRequest) -> HttpResponse:
    context = _recidivism(request)

    def draw(theme: str) -> str:
        rows: list[charts.IntervalRow] = [
            {
                "label": r.programme.name if r.programme else _("All of %(partner)s") % {"partner": r.partner.name},
                "rate": r.rate,
                "lower": r.rate_lower,
                "upper": r.rate_upper,
            }
            for r in context["results"]
            if r.rate is not None and r.rate_lower is not None and r.rate_upper is not None
        ]
        return charts.intervals(rows, theme=theme)

    return _svg(request, context["run"], f"recidivism:{context['window']}:{context['offences']}", draw)


# --- Arrest trends -----------------------------------------------------------------------------------------------------------


def _trend(request: PartnerRequest) -> dict[str, Any]:
    run = services.latest_run()
    districts = (
        District.objects.filter(pk__in=run.trends.values("district")).order_by("name")
        if run
        else District.objects.none()
    )
    choices = {str(district.pk): district for district in districts}
    chosen = _choice(request, "district", choices, next(iter(choices), ""))
    measure = _choice(request, "measure", {"rate": 1, "count": 1}, "rate")
    results = run.trends.filter(district=choices[chosen]).order_by("month", "group") if run and chosen else []
    return {
        "run": run,
        "districts": list(choices.values()),
        "district": choices.get(chosen),
        "measure": measure,
        "results": list(results),
    }


@require_safe
@partner_page()
def arrest_trends(request: PartnerRequest) -> HttpResponse:
    """Monthly arrests of one district: chart, table by month, and the last twelve months against the twelve before."""
    context = _trend(request)
    months: dict[Any, dict[str, ArrestTrendResult]] = {}
    for result in context["results"]:
        months.setdefault(result.month, {})[result.group] = result
    rows = sorted(months.items(), reverse=True)
    context["rows"] = rows
    context["groups"] = ArrestTrendResult.Group.choices
    context["years"] = [(group, label, year_sums(rows, group)) for group, label in ArrestTrendResult.Group.choices]
    return render(request, "metrics/arrest_trends.html", context)


def year_sums(rows: list[tuple[Any, dict[str, ArrestTrendResult]]], group: str) -> dict[str, Any]:
    """Arrests in the newest twelve months and the twelve before, and the change; None as soon as one month is withheld,
    which would follow from the sum."""

    def total(part: list[tuple[Any, dict[str, ArrestTrendResult]]]) -> int | None:
        counts = [by_group[group].arrests for _month, by_group in part]
        if len(counts) < 12 or any(count is None for count in counts):
            return None
        return sum(count for count in counts if count is not None)

    now, before = total(rows[:12]), total(rows[12:24])
    change = (now - before) / before if now is not None and before else None
    return {"now": now, "before": before, "change": change}


@require_safe
@partner_page()
def arrest_trends_csv(request: PartnerRequest) -> HttpResponse:
    context = _trend(request)
    district = context["district"]
    if district is None:
        raise Http404
    heading = [_("District"), _("Month"), _("Group"), _("Arrests"), _("Per 100,000 residents")]
    rows = [
        [district.name, r.month.strftime("%Y-%m"), r.get_group_display(), r.arrests, r.rate_per_100k]
        for r in context["results"]
    ]
    return _csv(f"arrests-{district.code}", heading, rows, context["run"])


@require_safe
@partner_page()
def arrest_trends_svg(request: PartnerRequest) -> HttpResponse:
    context = _trend(request)
    if context["district"] is None:
        raise Http404
    is_rate = context["measure"] == "rate"

    def draw(theme: str) -> str:
        rows: list[charts.SeriesRow] = [
            {"month": r.month, "series": r.get_group_display(), "value": r.rate_per_100k if is_rate else r.arrests}
            for r in context["results"]
            if r.group in LINES
        ]
        title = _("Arrests a month per 100,000 residents") if is_rate else _("Arrests a month")
        return charts.series(rows, title=title, theme=theme)

    return _svg(request, context["run"], f"trend:{context['district'].pk}:{context['measure']}", draw)


# --- Runs --------------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page()
def run_page(request: PartnerRequest, pk: int) -> HttpResponse:
    """How a run's figures were computed: definition, cut-off, what went in and came out."""
    found = get_object_or_404(Run, pk=pk)
    return render(request, "metrics/run.html", {"run": found, "earlier": Run.objects.all()[:10]})


@require_POST
@partner_page(Role.COORDINATOR)
def recompute(request: PartnerRequest) -> HttpResponse:
    services.request_run("by hand")
    transaction.on_commit(services.start)
    messages.success(request, _("A new computation is asked for. Reload in a minute."))
    return redirect("recidivism")


# --- Shared --------------------------------------------------------------------------------------------------------------------


def _svg(request: PartnerRequest, run: Run | None, key: str, draw: Callable[[str], str]) -> HttpResponse:
    if run is None:
        raise Http404
    theme = _choice(request, "theme", dict.fromkeys(THEMES), "light")
    address = f"chart:{run.pk}:{key}:{theme}:{get_language()}"
    svg = cache.get(address)
    if svg is None:
        svg = draw(theme)
        cache.set(address, svg, 7 * 86400)
    # Aggregates that everybody in the partnership may see: the browser may keep them.
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


def _csv(name: str, heading: list[Any], rows: list[list[Any]], run: Run | None) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heading)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    if run:
        writer.writerow([])
        writer.writerow([_("Definition"), run.definition])
        writer.writerow([_("Data complete through"), run.data_cut_off or ""])
        writer.writerow([_("Computed"), run.finished_at.isoformat() if run.finished_at else ""])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
