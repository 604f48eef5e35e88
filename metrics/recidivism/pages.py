"""Recidivism: all programmes side by side, and one programme or saved cohort in full."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.comparison.words import short_name, source
from metrics.figures import charts
from metrics.figures.curves import Panel, curves
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES, visible_results
from metrics.quality.rests_on import RestsOn
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.models import RecidivismResult
from metrics.recidivism.population import file_name, page_choices, population_context
from metrics.runs import actions as runs
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import Role
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
        result.programme.local_name if result.programme else "",
    )


def result_label(result: RecidivismResult) -> str:
    """Whose result it is, for people."""
    if result.programme:
        return result.programme.local_name
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
    title = _("Arrested again within %(months)s months: %(offences)s") % {
        "months": context["window"],
        "offences": str(dict(context["offence_choices"])[context["offences"]]).lower(),
    }
    drawn = draw if published else None
    return Figure(name, heading, rows, context["run"], drawn, title=title, rests_on=context["rests_on"])


@require_safe
@partner_page(FIGURES)
def population_figures(request: PartnerRequest) -> HttpResponse:
    """One programme or cohort in full: headline, comparisons, curve, windows, care. A cohort without figures: what it waits for, a
    part that asks for itself anew while a computation is under way."""
    context = population_context(request)
    if context["cohort"] and not context["window_rows"]:
        return _waiting(request, context)
    if context["run"]:
        context["release"] = recidivism_words.release_name(context["run"])
        context["panels"] = _curves(context)
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


def _curves(context: dict[str, Any]) -> list[Panel]:
    """All participants' curve; beside it, for each comparison group, that of those who are compared and the group's."""
    curve = context.get("curve")
    panels = [Panel(_("All participants"), curve.points)] if curve else []
    return panels + [Panel(short_name(pair.group), pair.participants, pair.others) for pair in context["pairs"]]


def _waiting(request: PartnerRequest, context: dict[str, Any]) -> HttpResponse:
    """The page of a cohort that has no figures yet. The coordinator goes on to the preview that has them."""
    cohort, newest, asks_for_part = context["cohort"], runs.latest_run(), "HX-Request" in request.headers
    computed = newest.parameters.get("cohorts", {}).get(str(cohort.pk)) if newest else None
    is_computed = computed == cohort.fingerprint
    if newest and is_computed and newest != context["run"] and request.acting.role == Role.COORDINATOR:
        address = f"{reverse('population_figures')}?cohort={cohort.pk}&run={newest.pk}"
        return HttpResponse(headers={"HX-Redirect": address}) if asks_for_part else redirect(address)
    context["is_computed"], context["is_running"] = is_computed, not is_computed and runs.is_under_way()
    template = "metrics/recidivism/_waiting.html" if asks_for_part else "metrics/recidivism/population.html"
    return render(request, template, context)


@figure("survival")
def survival_figure(request: PartnerRequest) -> Figure:
    """A row a window of the population's curve, and of the curves of each comparison; the chart: a panel each."""
    context = population_context(request)
    panels = _curves(context)
    # The curves of comparisons stand with it: they rest on the feeds of their people, too.
    rests_on = RestsOn.together([context["rests_on"], RestsOn.of(context["comparisons"])])
    heading = [
        _("Curve"),
        _("Who"),
        _("Months"),
        _("Not arrested again"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Followed"),
    ]
    rows = [
        [panel.title, name, *point]
        for panel in panels
        for name, points in ((_("Participants"), panel.participants), (_("Comparison people"), panel.others))
        for point in points
    ]

    def draw(theme: str, narrow: bool) -> Any:
        name = (context["programme"] or context["cohort"]).name
        about = charts.Heading(
            f"{name}: {_('how many were not arrested again')}",
            _("Bands hold the share with 95 % confidence.")
            + " "
            + source(context["run"], context["offences"], rests_on=rests_on),
        )
        return curves(panels, about, theme=theme, narrow=narrow)

    name, drawn = file_name(context, "survival"), draw if panels else None
    return Figure(name, heading, rows, context["run"], drawn, notes=context["doubts"], rests_on=rests_on)
