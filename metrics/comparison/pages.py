"""A programme against its comparison groups: the figures that its page shows and hands out as files."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from metrics.figures import charts
from metrics.figures.registry import Figure, figure
from metrics.quality.rests_on import RestsOn
from metrics.recidivism import words as recidivism_words
from metrics.recidivism.population import file_name, population_context
from partnership.isolation.acting import PartnerRequest


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
        lines = [
            charts.VerdictRow(
                str(c.get_group_display()), str(c.verdict.label), c.difference, c.difference_lower, c.difference_upper
            )
            for c in comparisons
        ]
        title = _("Percentage points fewer or more arrested again, with 95 % interval")
        return charts.verdicts(lines, theme=theme, narrow=narrow, title=title)

    return Figure(
        file_name(context, "comparison"),
        heading,
        rows,
        context["run"],
        draw if comparisons else None,
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
    name, rests_on = file_name(context, "balance"), RestsOn.of([context["matched"]] if context.get("matched") else [])
    return Figure(name, heading, rows, context["run"], draw if rows else None, rests_on=rests_on)
