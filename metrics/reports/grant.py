"""The report on a grant for its funder: what it paid for, who took part, what came of it, what that cost, and what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from metrics.comparison.effects import in_order
from metrics.comparison.models import ComparisonResult
from metrics.costs.costs import WINDOW_MONTHS, ProgrammeCost, costs_of
from metrics.costs.participation import Period
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.doubts import Doubt
from metrics.recidivism.models import RecidivismResult
from metrics.recidivism.words import does_not_show, rate_sentence, statement
from metrics.reports.pieces import Section, day, own_feeds, report
from metrics.runs.models import Run
from partnership.pages.number_format import plain
from partnership.pages.pdf import section
from programs.catalogue.models import Programme
from programs.grants.models import Category, Grant, Spending


def grant_report(grant: Grant, context: dict[str, Any], today: date) -> bytes:
    """The PDF of an own grant. `context`: run, offences and window of the outcomes (metrics.recidivism.population.page_choices)."""
    run = context["run"]
    spent = list(
        Spending.objects.filter(allocation__grant=grant)
        .order_by()
        .values_list("allocation__programme", "month__year", "category")
        .annotate(sum=Sum("amount"))
    )
    allocations = list(grant.allocations.select_related("programme"))
    programmes = {each.programme_id: each.programme for each in allocations if each.programme}
    years = sorted({year for _programme, year, _category, _sum in spent})
    periods = [period for year in years if (period := Period.of_year(year, today))]
    costs = [cost for period in periods for cost in costs_of(grant.partner, period) if cost.programme.pk in programmes]
    from_grant: dict[tuple[int | None, int], Decimal] = defaultdict(Decimal)
    for programme, year, _category, amount in spent:
        from_grant[programme, year] += amount
    ordered = sorted(programmes.values(), key=lambda programme: programme.local_name)
    outcomes = _Outcomes(run, ordered, context)
    total = sum((amount for *_about, amount in spent), Decimal(0))
    parts = [
        _paid_for(grant, allocations, spent),
        _participation(costs) if costs else None,
        *[outcomes.of(programme) for programme in ordered],
        _cost(costs, from_grant) if costs else None,
        _cautions(costs),
        _sources(grant),
    ]
    return report(
        context,
        by=grant.partner,
        title=_("Report on “%(grant)s”") % {"grant": grant.title},
        facts=[
            (_("Funder"), grant.funder),
            *([(_("Funder’s reference"), grant.reference)] if grant.reference else []),
            (_("Awarded"), f"{plain(float(grant.amount), 2)} {grant.currency}, {day(grant.awarded_on)}"),
            (_("Pays"), f"{day(grant.starts_on)} – {day(grant.ends_on)}"),
        ],
        rests_on=outcomes.rests_on,
        feeds=own_feeds(run, ordered, outcomes.rests_on),
        headline=_("%(spent)s of %(awarded)s %(currency)s are spent.")
        % {"spent": plain(float(total)), "awarded": plain(float(grant.amount)), "currency": grant.currency},
        sections=[part for part in parts if part],
    )


def _paid_for(
    grant: Grant, allocations: Sequence[Any], spent: Sequence[tuple[int | None, int, str, Decimal]]
) -> Section:
    """What was allocated to what, and what was spent of it by category."""
    by_category: dict[tuple[int | None, str], Decimal] = defaultdict(Decimal)
    for programme, _year, category, amount in spent:
        by_category[programme, category] += amount
    used = [category for category in Category if any(code == category for _programme, code in by_category)]
    names = {each.programme_id: str(each) for each in allocations}
    allocated: dict[int | None, Decimal] = defaultdict(Decimal)
    for each in allocations:
        allocated[each.programme_id] += each.amount
    rows = [
        [
            name,
            plain(float(allocated[programme])),
            *[plain(float(by_category[programme, category])) for category in used],
            plain(float(sum(by_category[programme, category] for category in used))),
        ]
        for programme, name in sorted(names.items(), key=lambda item: (item[0] is None, item[1]))
    ]
    heading = [_("Programme"), _("Allocated"), *[str(category.label) for category in used], _("Spent")]
    text = [grant.description, _("All amounts in %(currency)s.") % {"currency": grant.currency}]
    return (
        section(_("What the grant paid for"), text, heading, rows)
        if rows
        else section(_("What the grant paid for"), [grant.description, _("Nothing is allocated yet.")])
    )


def _participation(costs: Sequence[ProgrammeCost]) -> Section:
    return section(
        _("Who took part"),
        [
            _(
                "Each person once a programme and year: who came to at least one session, and who completed. Everybody counts, "
                "whether or not they agreed to be followed in police data."
            )
        ],
        [_("Programme"), _("Days"), _("Came"), _("Completed")],
        [
            [
                cost.programme.local_name,
                _days(cost.period),
                plain(cost.participation.came.value),
                plain(cost.participation.completed.value),
            ]
            for cost in costs
        ],
    )


def _days(period: Period) -> str:
    return f"{day(period.first)} – {day(period.last)}"


class _Outcomes:
    """What is known of re-arrest after each programme, from one release."""

    def __init__(self, run: Run, programmes: Sequence[Programme], context: dict[str, Any]) -> None:
        about = {
            "programme__in": programmes,
            "offences": context["offences"],
            "window_months": context["window"],
        }
        self.window = context["window"]
        self.results = {r.programme_id: r for r in run.recidivismresults.filter(cohort=None, **about)}
        self.comparisons: dict[int, list[ComparisonResult]] = defaultdict(list)
        for comparison in run.comparisons.filter(**about):
            self.comparisons[comparison.programme_id].append(comparison)
        every = [*self.results.values(), *[each for own in self.comparisons.values() for each in own]]
        self.rests_on = RestsOn.of(every)

    def of(self, programme: Programme) -> Section:
        """The rate, each comparison with its verdict and interval, and what they do not show."""
        result: RecidivismResult | None = self.results.get(programme.pk)
        doubts = [Doubt(*doubt).words for doubt in result.doubts] if result else []
        return section(
            _("What came of it: %(programme)s") % {"programme": programme.local_name},
            [rate_sentence(result, self.window), *doubts],
            parts=[
                (f"{c.get_group_display()}: {str(c.verdict.label).lower()}", [statement(c), does_not_show(c)])
                for c in in_order(self.comparisons[programme.pk])
            ],
        )


def _cost(costs: Sequence[ProgrammeCost], from_grant: dict[tuple[int | None, int], Decimal]) -> Section:
    return section(
        _("What it cost"),
        [
            _(
                "The cost of a programme is all that is recorded as spent on it in the year, by this grant and others, with its share "
                "of shared costs. Ranges in brackets take the noise in the counts into account."
            )
        ],
        [
            _("Programme"),
            _("Days"),
            _("Cost"),
            _("Of it this grant"),
            _("By person who came"),
            _("By person who completed"),
        ],
        [
            [
                cost.programme.local_name,
                _days(cost.period),
                f"{plain(float(cost.total))} {cost.currency}",
                plain(float(from_grant.get((cost.programme.pk, cost.period.first.year), Decimal(0)))),
                cost.by_person_in_words,
                cost.by_completed_in_words,
            ]
            for cost in costs
        ],
        parts=[
            (
                _("By re-arrest avoided: %(programme)s, %(year)s")
                % {"programme": cost.programme.local_name, "year": cost.period.first.year},
                [cost.by_avoided_in_words],
            )
            for cost in costs
        ],
    )


def _cautions(costs: Sequence[ProgrammeCost]) -> Section:
    own = [
        f"{cost.programme.local_name}, {cost.period.first.year}: {caution}"
        for cost in costs
        for caution in cost.cautions
    ]
    return section(
        _("Read with care"),
        [
            *own,
            _("A dash stands where fewer than 30 people are counted: no cost by person is shown on so few."),
            _(
                "A re-arrest avoided is the difference to similar people within %(months)s months, told only where its 95 %% interval "
                "excludes no difference; programmes of which it is told look cheaper than they are, on average. Somebody who comes in "
                "two years is counted, and costs, in both."
            )
            % {"months": WINDOW_MONTHS},
            _(
                "Cheaper is not better: programmes help different people with different things, and much of it is not in re-arrest."
            ),
        ],
    )


def _sources(grant: Grant) -> Section:
    return section(
        _("What this rests on"),
        [
            _("Money: what %(partner)s recorded by month and category.") % {"partner": grant.partner.name},
            _("People: sessions and ends of participations recorded by %(partner)s.") % {"partner": grant.partner.name},
            _("Re-arrest: the release named on the cover, from police data as described below."),
        ],
    )
