"""What help costs: what was spent on a programme in a period, by person who came, by person who completed, and by re-arrest avoided.

Money is exact, since it is the partner's own; people are protected counts, and each cost bears the range that follows from their
noise. A cost by avoided re-arrest is told only where the released comparison with similar people excludes no difference.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _

from metrics.comparison.models import ComparisonResult
from metrics.costs.participation import NO_ONE, Participation, Period, participation_of
from metrics.protection.counts import ProtectedCount
from metrics.protection.perturbation import OF_PEOPLE
from metrics.protection.rates import FEWEST_PEOPLE
from metrics.recidivism.models import Offences
from metrics.recidivism.words import in_sentence
from metrics.runs.models import Run
from metrics.runs.releases import latest_release
from partnership.members.models import Partner
from partnership.pages.number_format import plain
from programs.catalogue.models import Programme
from programs.grants.models import Allocation, CostKey, Spending

WINDOW_MONTHS = 12
"""A re-arrest counts as avoided within so many months."""
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
NOTHING = Decimal(0)


class Range(NamedTuple):
    """A cost with the bounds between which it lies, the noise of counts (and the interval of a difference) taken into account."""

    value: float
    low: float
    high: float


def cost_by(money: Decimal, people: ProtectedCount) -> Range | None:
    """The cost by person; None where they are fewer than thirty, of whom no ratio is shown."""
    if people.value < FEWEST_PEOPLE:
        return None
    noise = min(Z * math.sqrt(people.variance), OF_PEOPLE.most * people.draws)
    return Range(*(float(money) / (people.value + moved) for moved in (0, noise, -noise)))


def cost_by_avoided(by_person: Range | None, comparison: ComparisonResult | None) -> Range | None:
    """The cost by avoided re-arrest: that by person over the difference in the share rearrested. None unless the comparison says
    lower, its interval below no difference; the bounds are the least favourable and the most favourable of both."""
    if by_person is None or comparison is None or comparison.verdict != ComparisonResult.Verdict.LOWER:
        return None
    least, most = -float(comparison.difference_upper or 0), -float(comparison.difference_lower or 0)
    return Range(by_person.value / -float(comparison.difference or 0), by_person.low / most, by_person.high / least)


def compared(costs: Iterable[ProgrammeCost]) -> list[tuple[ProgrammeCost, tuple[float, float]]]:
    """Costs by person that can be drawn beside each other, each with the ends of one scale from nothing: those in the currency that
    most are in. None where there is but one."""
    told = [cost for cost in costs if cost.by_person]
    if not told:
        return []
    usual = Counter(cost.currency for cost in told).most_common(1)[0][0]
    drawn = [(cost, cost.by_person.high) for cost in told if cost.by_person and cost.currency == usual]
    ends = (0.0, max(high for _cost, high in drawn))
    return [(cost, ends) for cost, _high in drawn] if len(drawn) > 1 else []


def in_words(cost: Range | None, currency: str) -> str:
    """A cost with its bounds: "1,240 EUR (1,190 to 1,300)"; a dash for none."""
    if cost is None:
        return "–"
    value, low, high = (plain(each) for each in cost)
    about = {"value": value, "currency": currency, "low": low, "high": high}
    return _("%(value)s %(currency)s (%(low)s to %(high)s)") % about


@dataclass(frozen=True)
class ProgrammeCost:
    """What a programme cost in a period, in one currency, and what came of it."""

    programme: Programme
    period: Period
    currency: str
    direct: Decimal
    shared: Decimal
    participation: Participation
    comparison: ComparisonResult | None
    missing_months: list[date]
    is_only_currency: bool
    key: CostKey | None
    has_undivided: bool

    @property
    def total(self) -> Decimal:
        """Its own spending, and its share of what programmes share."""
        return self.direct + self.shared

    @property
    def by_person(self) -> Range | None:
        return cost_by(self.total, self.participation.came) if self.is_only_currency else None

    @property
    def by_completed(self) -> Range | None:
        return cost_by(self.total, self.participation.completed) if self.is_only_currency else None

    @property
    def by_avoided(self) -> Range | None:
        return cost_by_avoided(self.by_person, self.comparison)

    @property
    def by_person_in_words(self) -> str:
        return in_words(self.by_person, self.currency)

    @property
    def by_completed_in_words(self) -> str:
        return in_words(self.by_completed, self.currency)

    @property
    def by_avoided_in_words(self) -> str:
        """The cost by avoided re-arrest, or that it can't be told, and why."""
        if self.by_avoided:
            return in_words(self.by_avoided, self.currency)
        return _("Can’t be told: %(why)s.") % {"why": self.why_not_avoided}

    @property
    def why_not_avoided(self) -> str:
        """Why the cost by avoided re-arrest can't be told; empty where it is."""
        if self.by_avoided:
            return ""
        if self.comparison is None:
            return _("no comparison with similar people is released")
        if self.comparison.verdict != ComparisonResult.Verdict.LOWER:
            return _("re-arrest against similar people: %(verdict)s") % {
                "verdict": in_sentence(self.comparison.verdict.label)
            }
        return _("too few people for a cost by person")

    @property
    def cautions(self) -> list[str]:
        """What speaks against the numbers."""
        cautions = []
        if self.missing_months:
            months = ", ".join(f"{month.month}/{month.year}" for month in self.missing_months)
            cautions.append(
                _("No spending is recorded for: %(months)s. The costs are too low by it.") % {"months": months}
            )
        if self.has_undivided:
            cautions.append(
                _("Shared costs of %(year)s are in no programme’s costs, as no key is declared.")
                % {"year": self.period.first.year}
            )
        elif self.key and self.shared:
            cautions.append(
                _("Shared costs by the key of %(year)s: %(basis)s") % {"year": self.key.year, "basis": self.key.basis}
            )
        if not self.is_only_currency:
            cautions.append(_("It was paid in several currencies, so that no cost by person can be told."))
        return cautions


def years_of(partner: Partner) -> list[int]:
    """Years of which something was recorded, the newest first."""
    years = Spending.objects.filter(partner=partner).order_by().values_list("month__year", flat=True).distinct()
    return sorted(years, reverse=True)


def costs_of(partner: Partner, period: Period) -> list[ProgrammeCost]:
    """Of each programme on which something was spent in the period, by name. Eight queries at most."""
    spent = Spending.objects.filter(partner=partner, month__range=period)
    direct: dict[tuple[int, str], Decimal] = {}
    undivided: dict[str, Decimal] = {}
    sums = (
        spent.order_by().values_list("allocation__programme", "allocation__grant__currency").annotate(sum=Sum("amount"))
    )
    for programme, currency, amount in sums:
        if programme is None:
            undivided[currency] = amount
        else:
            direct[programme, currency] = amount
    key = CostKey.objects.filter(partner=partner, year=period.first.year).prefetch_related("shares").first()
    shared = {
        (share.programme_id, currency): amount * share.percent / 100
        for share in (key.shares.all() if key else [])
        for currency, amount in undivided.items()
    }
    wanted = sorted(direct.keys() | shared.keys())
    programmes = Programme.objects.in_bulk([programme for programme, _currency in wanted])
    people = participation_of(partner, period)
    comparisons = _comparisons(latest_release(), programmes)
    missing = _missing_months(partner, period)
    costs = [
        ProgrammeCost(
            programme=programmes[programme],
            period=period,
            currency=currency,
            direct=direct.get((programme, currency), NOTHING),
            shared=shared.get((programme, currency), NOTHING),
            participation=people.get(programme, NO_ONE),
            comparison=comparisons.get(programme),
            missing_months=missing.get(programme, []),
            is_only_currency=sum(each == programme for each, _currency in wanted) == 1,
            key=key,
            has_undivided=key is None and bool(undivided),
        )
        for programme, currency in wanted
    ]
    return sorted(costs, key=lambda cost: (cost.programme.local_name, cost.currency))


def _comparisons(run: Run | None, programmes: Iterable[int]) -> dict[int, ComparisonResult]:
    """The released comparison of each programme with similar people arrested, of any offence."""
    if run is None:
        return {}
    matched = run.comparisons.filter(
        programme__in=[*programmes],
        group=ComparisonResult.Group.MATCHED,
        offences=Offences.ANY,
        window_months=WINDOW_MONTHS,
    )
    return {comparison.programme_id: comparison for comparison in matched}


def _missing_months(partner: Partner, period: Period) -> dict[int | None, list[date]]:
    """By programme the months in which a grant paid for it and nothing is recorded, not even that nothing was spent."""
    recorded = set(
        Spending.objects.filter(partner=partner, month__range=period)
        .order_by()
        .values_list("allocation__programme", "month")
        .distinct()
    )
    missing: dict[int | None, list[date]] = defaultdict(list)
    paid = list(
        Allocation.objects.filter(partner=partner, starts_on__lte=period.last, ends_on__gte=period.first).order_by()
    )
    for month in period.months:
        for programme in {a.programme_id for a in paid if a.first_month <= month <= a.ends_on}:
            if (programme, month) not in recorded:
                missing[programme].append(month)
    return missing


def table(costs: Iterable[ProgrammeCost]) -> list[list[Any]]:
    """As it is downloaded: a heading, and a row a programme and currency."""

    def numbers(cost: Range | None) -> list[float | None]:
        return [None, None, None] if cost is None else [round(value, 2) for value in cost]

    heading = [
        _("Programme"), _("First day"), _("Last day"), _("Currency"), _("Spent on it"), _("Share of shared costs"), _("Came"), _("Completed"),
        _("By person who came"), _("Lower bound"), _("Upper bound"), _("By person who completed"), _("Lower bound"), _("Upper bound"), _("By avoided re-arrest"), _("Lower bound"),
        _("Upper bound"), _("Why it can’t be told"), _("Cautions"),
    ]  # fmt: skip
    rows = [
        [
            cost.programme.local_name, cost.period.first, cost.period.last, cost.currency, float(cost.direct), round(float(cost.shared), 2),
            cost.participation.came.value, cost.participation.completed.value, *numbers(cost.by_person), *numbers(cost.by_completed),
            *numbers(cost.by_avoided), cost.why_not_avoided, " ".join(cost.cautions),
        ]
        for cost in costs
    ]  # fmt: skip
    return [heading, *rows]
