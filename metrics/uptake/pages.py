"""Who is diverted and who is left out: the stages of eligible cases, the share by month, district, sex and age, and what it may spare."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.people.models import Sex
from metrics.figures import charts
from metrics.figures.address import choice, requested_run
from metrics.figures.registry import Figure, figure
from metrics.figures.source import source
from metrics.permissions import FIGURES, visible_results
from metrics.quality.rests_on import RestsOn
from metrics.runs.models import Run
from metrics.uptake import words
from metrics.uptake.forms import AssumptionForm
from metrics.uptake.models import UptakeResult
from metrics.uptake.savings import savings
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import District
from partnership.pages.guard import partner_page
from referrals.handover.models import AgeBand

By = UptakeResult.By
TRAITS = {by.value: by.label for by in By if by != By.ALL}
WHO = (By.DISTRICT, By.SEX, By.AGE)
"""The traits of which the page says who is left out."""
AGES = [band.value for band in AgeBand]


class Reading(NamedTuple):
    """What a reader sees of a run: the results of the unit that was chosen (`of`: "all" or its number), and by which trait."""

    run: Run | None
    visible: list[UptakeResult]
    of: str
    by: str
    district_names: dict[str, str]

    @property
    def results(self) -> list[UptakeResult]:
        return [result for result in self.visible if str(result.partner_id or "all") == self.of]

    @property
    def summary(self) -> UptakeResult | None:
        return next((result for result in self.results if result.by == By.ALL), None)

    def choices(self) -> list[tuple[str, str]]:
        """The units to choose from."""
        units = {str(one.partner.pk): one.partner.name for one in self.visible if one.partner}
        return [("all", _("All police units")), *sorted(units.items(), key=lambda unit: unit[1])]

    def by_trait(self, by: str) -> list[UptakeResult]:
        """In their order: months and ages as they follow, else by label."""
        results = [result for result in self.results if result.by == by]
        if by == By.AGE:
            return sorted(results, key=lambda result: AGES.index(result.group))
        return sorted(results, key=lambda result: result.group if by == By.MONTH else self.label(result))

    def label(self, result: UptakeResult) -> str:
        """What the result is of, for people."""
        if result.by == By.MONTH:
            return date_format(date.fromisoformat(f"{result.group}-01"), "YEAR_MONTH_FORMAT")
        if result.by == By.DISTRICT:
            return self.district_names.get(result.group, result.group)
        names = {By.SEX: dict(Sex.choices), By.AGE: dict(AgeBand.choices)}.get(By(result.by), {})
        return str(names.get(result.group, By(result.by).label))

    def left_out(self) -> list[str]:
        """Groups that are diverted less than the others, as sentences, the furthest behind first."""
        behind = words.left_out([self.by_trait(by) for by in WHO])
        return [one.in_words(self.label(one.result)) for one in behind]

    def cannot_be_told(self) -> list[str]:
        """Groups of fewer than thirty cases."""
        results = [result for by in WHO for result in self.by_trait(by)]
        return [self.label(one) for one in results if one.share is None and one.group != words.UNKNOWN]

    def rests_on(self) -> RestsOn:
        """The police feeds of the districts that are shown."""
        districts = [int(result.group) for result in self.results if result.by == By.DISTRICT]
        return RestsOn.of_districts(self.run, districts) if self.run else RestsOn()


def _read(request: PartnerRequest) -> Reading:
    """A police unit begins with its own."""
    run = requested_run(request, of_release=True)
    by = choice(request, "by", TRAITS, By.DISTRICT)
    if run is None:
        return Reading(None, [], "all", by, {})
    results = UptakeResult.objects.filter(visible_results(request.acting), run=run).select_related("partner")
    names = {str(district.pk): district.local_name for district in District.objects.all()}
    reading = Reading(run, [*results], "all", by, names)
    units = dict(reading.choices())
    own = str(request.acting.partner.pk)
    return reading._replace(of=choice(request, "of", units, own if own in units else "all"))


@require_safe
@partner_page(FIGURES)
def uptake(request: PartnerRequest) -> HttpResponse:
    """The share diverted and where cases are lost, who is left out, the stages, the groups, and what it may have spared."""
    reading = _read(request)
    summary = reading.summary
    context: dict[str, Any] = {"run": reading.run, "summary": summary}
    if summary:
        form = AssumptionForm(request.GET.dict())
        groups_of_trait = reading.by_trait(reading.by)
        context |= {
            "of": reading.of,
            "by": reading.by,
            "units": reading.choices(),
            "traits": TRAITS.items(),
            "trait": TRAITS[reading.by],
            "headline": f"{words.share(summary)} {words.sticking_point(words.funnel(summary))}",
            "steps": words.funnel(summary),
            "left_out": reading.left_out(),
            "cannot_be_told": reading.cannot_be_told(),
            "groups": [(reading.label(result), result) for result in groups_of_trait],
            "has_chart": any(result.share is not None for result in groups_of_trait),
            "rests_on": reading.rests_on(),
            "form": form,
            "spared": words.spared(summary.settled, savings(summary.settled, form.assumed))
            if form.is_valid() and summary.settled is not None
            else "",
        }
    return render(request, "metrics/uptake/uptake.html", context)


@figure("uptake")
def uptake_figure(request: PartnerRequest) -> Figure:
    """A row for all cases of the unit that was chosen and for each of its groups; the chart: shares of the trait that was chosen."""
    reading = _read(request)
    results = [one for by in By for one in reading.by_trait(by)]
    heading = [
        _("By"),
        _("Group"),
        *map(str, words.LABELS.values()),
        _("Ended without a charge"),
        _("Share diverted"),
        _("95 % interval, from"),
        _("95 % interval, to"),
    ]
    rows = [
        [
            str(By(r.by).label), "" if r.by == By.ALL else reading.label(r), r.eligible, r.offered, r.agreed, r.visited, r.completed,
            r.settled, r.share, r.share_lower, r.share_upper,
        ]
        for r in results
    ]  # fmt: skip
    drawn_rows: list[charts.IntervalRow] = [
        {"label": reading.label(r), "rate": r.share, "lower": r.share_lower or 0.0, "upper": r.share_upper or 0.0}
        for r in reading.by_trait(reading.by)
        if r.share is not None
    ]
    rests_on = reading.rests_on()

    def draw(theme: str, narrow: bool) -> Any:
        chart = charts.intervals(drawn_rows, theme=theme, title=_("Share diverted"), narrow=narrow)
        whose = dict(reading.choices())[reading.of]
        finding = f"{whose}. {words.share(reading.summary) if reading.summary else ''}"
        about = charts.Heading(finding, source(reading.run, rests_on) if reading.run else "")
        return charts.headed(chart, about, theme, narrow=narrow)

    notes = [_("Cases: arrests for drugs for personal use alone, each person once, followed for 180 days.")]
    return Figure("uptake", heading, rows, reading.run, draw if drawn_rows else None, notes=notes, rests_on=rests_on)
