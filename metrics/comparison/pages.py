"""Does it work, and which works best: all programmes against all their comparison groups; and the files of one programme's."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.comparison import words
from metrics.comparison.effects import GROUPS, ORDERS, Effect, KindEffect, effects_by_kind, effects_of
from metrics.comparison.lines import line_of
from metrics.figures import charts
from metrics.figures.address import choice
from metrics.figures.forest import Block, Line, forest
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.quality.rests_on import RestsOn
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.population import file_name, page_choices, population_context
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page

SORTS = {
    "verdict": gettext_lazy("Verdict, then difference"),
    "name": gettext_lazy("Programme"),
    "matched": gettext_lazy("Difference to similar people arrested"),
    "not_enrolled": gettext_lazy("Difference to people referred, not enrolled"),
    "baseline": gettext_lazy("Difference to the own first year"),
}
"""The orders of the page, in words; a key for each of `metrics.comparison.effects.ORDERS`."""


def effects_context(request: PartnerRequest) -> dict[str, Any]:
    """The choices of the address, and for them every programme in sight with all its comparisons, in the order asked for."""
    context = page_choices(request)
    context["sort"], context["sorts"] = choice(request, "sort", SORTS, "verdict"), SORTS.items()
    effects: list[Effect] = []
    if run := context["run"]:
        effects = effects_of(run, request.acting, months=context["window"], offences=context["offences"])
    context["effects"] = sorted(effects, key=ORDERS[context["sort"]])
    context["kinds"] = effects_by_kind(effects)
    context["finding"] = words.finding_of_all(effects)
    context["rests_on"] = RestsOn.of(c for effect in effects for c in effect.comparisons)
    return context


@require_safe
@partner_page(FIGURES)
def effects(request: PartnerRequest) -> HttpResponse:
    """Does it work, which works best: what the comparisons of all programmes show."""
    context = effects_context(request)
    if context["run"]:
        context["release"] = recidivism_words.release_name(context["run"])
    context["groups"] = [words.short_name(group) for group in GROUPS]
    context["rows"] = [
        (effect, [(words.short_name(c.group), c, words.cell(recidivism_words.numbers(c))) for c in effect.comparisons])
        for effect in context["effects"]
    ]
    context["kind_rows"] = [(kind, words.short_name(kind.group), *_in_words(kind)) for kind in context["kinds"]]
    return render(request, "metrics/comparison/effects.html", context)


def _in_words(kind: KindEffect) -> tuple[str, str, str]:
    """Both rates and the difference of an average."""
    said = words.numbers_of_kind(kind)
    rates = (recidivism_words.share(rate / 100, said.digits) for rate in (said.rate, said.other))
    return (*rates, words.cell(said))  # type: ignore[return-value]


def _heading(context: dict[str, Any], finding: str, rests_on: RestsOn) -> charts.Heading:
    return charts.Heading(
        finding,
        _("Difference in percentage points, with its 95 % interval.")
        + " "
        + words.source(context["run"], context["offences"], context["window"], rests_on=rests_on),
    )


@figure("effects")
def effects_figure(request: PartnerRequest) -> Figure:
    """A row a programme and comparison group; the chart: a block a programme, with all its comparisons."""
    context = effects_context(request)
    heading = [
        _("Partner"),
        _("Programme"),
        _("Kind of programme"),
        _("Verdict of all comparisons"),
        _("Comparison group"),
        _("Verdict"),
        _("Participants"),
        _("Comparison people"),
        _("Rate"),
        _("Comparison rate"),
        _("Difference"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Note"),
    ]
    rows = [
        [
            effect.partner.name,
            effect.programme.local_name,
            effect.programme.get_kind_display(),
            effect.verdict.label,
            c.get_group_display(),
            c.verdict.label,
            c.participants,
            c.comparisons,
            c.rate,
            c.comparison_rate,
            c.difference,
            c.difference_lower,
            c.difference_upper,
            c.get_refusal_display() if c.refusal else "",
        ]
        for effect in context["effects"]
        for c in effect.comparisons
    ]

    def draw(theme: str, narrow: bool) -> Any:
        blocks = [
            Block(
                f"{effect.programme.local_name}: {recidivism_words.in_sentence(effect.verdict.label)}",
                [line_of(c) for c in effect.comparisons],
            )
            for effect in context["effects"]
        ]
        return forest(blocks, _heading(context, context["finding"], context["rests_on"]), theme=theme, narrow=narrow)

    name, drawn = f"effects-{context['window']}-{context['offences']}", draw if rows else None
    return Figure(name, heading, rows, context["run"], drawn, rests_on=context["rests_on"])


@figure("effects-by-kind")
def effects_by_kind_figure(request: PartnerRequest) -> Figure:
    """A row a kind of programme and comparison group: the average over the participants of its programmes."""
    context = effects_context(request)
    heading = [
        _("Kind of programme"),
        _("Comparison group"),
        _("Verdict"),
        _("Programmes averaged"),
        _("Programmes"),
        _("Rate"),
        _("Comparison rate"),
        _("Difference"),
        _("Lower 95 %"),
        _("Upper 95 %"),
    ]
    rows = [
        [
            kind.kind,
            kind.group.label,
            kind.verdict.label,
            kind.of,
            kind.programmes,
            *(round(value, 3) for value in kind.average),
        ]
        for kind in context["kinds"]
    ]

    def draw(theme: str, narrow: bool) -> Any:
        by_kind: dict[str, list[Line]] = {}
        for kind in context["kinds"]:
            average = kind.average
            said = f"{recidivism_words.in_sentence(kind.verdict.label)}, {words.cell(words.numbers_of_kind(kind))}"
            ends = (100 * average.difference, 100 * average.lower, 100 * average.upper)
            by_kind.setdefault(kind.kind, []).append(
                Line(words.short_name(kind.group), said, kind.verdict.value, *ends)
            )
        blocks = [Block(name, lines) for name, lines in by_kind.items()]
        return forest(
            blocks,
            _heading(context, _("By kind of programme, on average"), context["rests_on"]),
            theme=theme,
            narrow=narrow,
        )

    name, drawn = f"effects-by-kind-{context['window']}-{context['offences']}", draw if rows else None
    return Figure(name, heading, rows, context["run"], drawn, rests_on=context["rests_on"])


@figure("comparison")
def comparison_figure(request: PartnerRequest) -> Figure:
    """A row a comparison group: its verdict, rates, difference, reduction and hazard ratio with their intervals, or why there is
    none. The chart: differences with their intervals, each with its verdict."""
    context = population_context(request)
    comparisons = context["comparisons"]
    heading = [
        _("Comparison group"),
        _("Participants"),
        _("Comparison people"),
        _("Verdict"),
        _("Rate"),
        _("Comparison rate"),
        _("Difference"),
        _("Lower 95 %"),
        _("Upper 95 %"),
        _("Reduction"),
        _("Reduction, lower 95 %"),
        _("Reduction, upper 95 %"),
        _("Smallest difference that would show"),
        _("E-value"),
        _("E-value of the limit"),
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
            c.verdict.label,
            c.rate,
            c.comparison_rate,
            c.difference,
            c.difference_lower,
            c.difference_upper,
            c.reduction,
            c.reduction_lower,
            c.reduction_upper,
            c.smallest_difference,
            c.e_value,
            c.e_value_limit,
            c.hazard_ratio,
            c.hazard_lower,
            c.hazard_upper,
            c.proportional_p,
            c.log_rank_p,
            c.get_refusal_display() if c.refusal else "",
        ]
        for c in comparisons
    ]

    def draw(theme: str, narrow: bool) -> Any:
        block = Block("", [line_of(c) for c in comparisons])
        finding = f"{context['programme'].name}. {recidivism_words.finding(comparisons)}"
        return forest([block], _heading(context, finding, RestsOn.of(comparisons)), theme=theme, narrow=narrow)

    title = f"{context['programme'].name}. {context['headline']}" if comparisons else ""
    return Figure(
        file_name(context, "comparison"),
        heading,
        rows,
        context["run"],
        draw if comparisons else None,
        title=title,
        rests_on=RestsOn.of(comparisons),
    )


@figure("balance")
def balance_figure(request: PartnerRequest) -> Figure:
    """A row a trait: how alike participants and weighted comparison people are, as standardised differences."""
    context = population_context(request)
    rows = [
        [recidivism_words.covariate(name), *differences]
        for name, *differences in (context["matched"].balance if context.get("matched") else [])
    ]
    heading = [
        _("Trait"),
        _("Standardised difference before"),
        _("Standardised difference after"),
    ]
    draw = lambda theme, narrow: charts.balance([(row[0], row[1], row[2]) for row in rows], theme=theme, narrow=narrow)  # noqa: E731
    title = f"{context['programme'].name}: {_('How alike participants and comparison people are')}" if rows else ""
    name, rests_on = file_name(context, "balance"), RestsOn.of([context["matched"]] if context.get("matched") else [])
    return Figure(name, heading, rows, context["run"], draw if rows else None, title=title, rests_on=rests_on)
