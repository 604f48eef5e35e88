"""Where places are missing: who finds none, district by district, beside the places that there are and the need that others count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.figures.source import source
from metrics.gaps.models import GapResult
from metrics.permissions import FIGURES
from metrics.protection.counts import shown_before
from metrics.protection.rates import Group, differences
from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import District
from partnership.pages.guard import partner_page
from partnership.pages.number_format import percent
from programs.catalogue.models import Programme

Trend = ArrestTrendResult.Group
YEAR = 12


class Offered(NamedTuple):
    """What is offered to who lives in a district now: programmes, free places in those that count them, and how many don't."""

    programmes: int
    free: int
    uncounted: int


class Gap(NamedTuple):
    """A district: who found no place, what is offered there now, and the drug arrests and overdoses of the last twelve months."""

    result: GapResult
    offered: Offered
    arrests: int | None
    overdoses: int | None


def serving(district: District, programmes: Sequence[Programme]) -> list[Programme]:
    """Those that serve the district, the area that it is a part of, or everywhere."""
    areas = {district.pk, district.parent_id}
    return [each for each in programmes if not (own := {one.pk for one in each.districts.all()}) or own & areas]


def _offered(district: District, programmes: Sequence[Programme]) -> Offered:
    there = serving(district, programmes)
    free = [each.places_free for each in there if each.capacity != Programme.Capacity.CLOSED]
    return Offered(len(there), sum(number or 0 for number in free), free.count(None))


def _year(months: Sequence[int]) -> int | None:
    """Of the newest twelve months; None where there are fewer."""
    return sum(months[-YEAR:]) if len(months) >= YEAR else None


def _read(request: PartnerRequest) -> tuple[Run | None, list[Gap]]:
    """The release and its districts, those where most find no place first."""
    run = requested_run(request, of_release=True)
    if run is None:
        return None, []
    results = GapResult.objects.filter(run=run).select_related("district")
    programmes = list(Programme.objects.offered().prefetch_related("districts"))
    months: dict[tuple[str, int], list[int]] = defaultdict(list)
    series = run.trends.filter(group__in=[Trend.DRUG, Trend.OVERDOSES], district__isnull=False).order_by("month")
    for group, number, arrests in series.values_list("group", "district", "arrests"):
        months[group, number].append(arrests)
    gaps = [
        Gap(
            result,
            _offered(result.district, programmes),
            _year(months[Trend.DRUG, result.district_id]),
            _year(months[Trend.OVERDOSES, result.district_id]),
        )
        for result in results
    ]
    return run, sorted(gaps, key=lambda gap: (-(gap.result.share or -1.0), gap.result.district.local_name))


def _missing(gaps: Sequence[Gap]) -> list[str]:
    """Districts where more find no place than in the others, beyond chance, as sentences."""
    told = [gap.result for gap in gaps if gap.result.share is not None]
    groups = []
    for result in told:
        lacking = [shown_before(result.no_place or 0), shown_before(result.waiting or 0)]
        groups.append(Group(lacking[0] + lacking[1], shown_before(result.sent - lacking[0].value - lacking[1].value)))
    (compared,) = differences([groups])
    return [
        _("%(district)s: %(share)s of those referred found no place, %(others)s in the other districts.")
        % {
            "district": result.district.local_name,
            "share": percent(difference.own.rate, 0),
            "others": percent(difference.rest.rate, 0),
        }
        for result, difference in zip(told, compared, strict=True)
        if difference and difference.lower > 0
    ]


@require_safe
@partner_page(FIGURES)
def gaps(request: PartnerRequest) -> HttpResponse:
    """The districts where places are missing, in words; then each with its need and what is offered there."""
    run, rows = _read(request)
    context: dict[str, Any] = {"run": run, "gaps": rows, "missing": _missing(rows)}
    context["has_chart"] = any(gap.result.share is not None for gap in rows)
    return render(request, "metrics/gaps/gaps.html", context)


@figure("gaps")
def gaps_figure(request: PartnerRequest) -> Figure:
    """A row a district, in the page's order; the chart: shares that found no place."""
    run, rows = _read(request)
    heading = [
        _("District"),
        _("Referrals sent"),
        _("Declined for want of a place"),
        _("On a waiting list"),
        _("Share without a place"),
        _("95 % interval, from"),
        _("95 % interval, to"),
        _("Programmes"),
        _("Free places"),
        _("Programmes that count no places"),
        _("Drug arrests in 12 months"),
        _("Overdoses in 12 months"),
    ]
    table = [
        [
            gap.result.district.local_name, gap.result.sent, gap.result.no_place, gap.result.waiting, gap.result.share,
            gap.result.share_lower, gap.result.share_upper, *gap.offered, gap.arrests, gap.overdoses,
        ]
        for gap in rows
    ]  # fmt: skip
    drawn_rows: list[charts.IntervalRow] = [
        {
            "label": gap.result.district.local_name,
            "rate": gap.result.share,
            "lower": gap.result.share_lower or 0.0,
            "upper": gap.result.share_upper or 0.0,
        }
        for gap in rows
        if gap.result.share is not None
    ]

    def draw(theme: str, narrow: bool) -> Any:
        chart = charts.intervals(drawn_rows, theme=theme, title=_("Share without a place"), narrow=narrow)
        about = charts.Heading(" ".join(_missing(rows)) or _("Where places are missing"), source(run) if run else "")
        return charts.headed(chart, about, theme, narrow=narrow)

    return Figure("gaps", heading, table, run, draw if drawn_rows else None)
