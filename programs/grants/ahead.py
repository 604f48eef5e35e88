"""Months ahead: what each programme is funded with, against what it usually costs, and what falls out when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from partnership.members.models import Partner
from programs.catalogue.models import Programme
from programs.grants.models import Allocation, Grant, Spending

MONTHS = 18
USUAL_MONTHS = 12
"""What is usual is told from so many months back."""
NOTHING = Decimal(0)
Key = tuple[int | None, str]
"""A programme (None: what programmes share) and a currency."""


def month_after(month: date, months: int = 1) -> date:
    """The first day of the month so many months later."""
    year, number = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, number + 1, 1)


def months_between(first: date, last: date) -> int:
    """How many months there are from one to another, both counted; none where the last comes first."""
    return max((last.year - first.year) * 12 + last.month - first.month + 1, 0)


@dataclass(frozen=True)
class Month:
    """A month of a programme: what is there for it, and what is missing of what it usually costs (None: not known)."""

    month: date
    funded: Decimal
    gap: Decimal | None


@dataclass(frozen=True)
class FallsOut:
    """Money of a grant that ends: from which month on it is missing, and how much a month."""

    grant: Grant
    month: date
    amount: Decimal


@dataclass(frozen=True)
class Outlook:
    """A programme, or (None) what programmes share, in one currency."""

    programme: Programme | None
    currency: str
    usual: Decimal | None
    months: list[Month]
    falls_out: list[FallsOut]

    @property
    def name(self) -> str:
        """As the reader calls it."""
        return self.programme.local_name if self.programme else _("Shared costs")

    @property
    def first_gap(self) -> date | None:
        """The first month in which a tenth or more of the usual cost is missing."""
        return next((m.month for m in self.months if m.gap and self.usual and m.gap * 10 >= self.usual), None)


def outlook_of(partner: Partner, today: date) -> list[Outlook]:
    """By programme, shared costs last; those too that cost something in the last year and have no grant any more.

    What is left of an allocation (its amount without what was spent) is spread evenly over its months after the last one with
    spending. Three queries.
    """
    this_month = today.replace(day=1)
    allocations = (
        Allocation.objects.filter(partner=partner, grant__state__in=Grant.AWARDED, ends_on__gte=this_month)
        .select_related("grant")
        .annotate(spent=Sum("spending__amount"), last_spent=Max("spending__month"))
    )
    usual = _usual(partner, this_month)
    by_key: dict[Key, list[Allocation]] = {key: [] for key in usual}
    for allocation in allocations:
        by_key.setdefault((allocation.programme_id, allocation.grant.currency), []).append(allocation)
    programmes = Programme.objects.in_bulk([programme for programme, _currency in by_key if programme])
    outlooks = [
        _outlook(programmes.get(programme or 0), currency, own, usual.get((programme, currency)), this_month)
        for (programme, currency), own in by_key.items()
        if own or programme is None or programmes[programme].is_active
    ]
    return sorted(outlooks, key=lambda outlook: (outlook.programme is None, outlook.name, outlook.currency))


def _usual(partner: Partner, this_month: date) -> dict[Key, Decimal]:
    """What a programme costs a month, all grants together: the mean of the months of the last year with spending."""
    spent = (
        Spending.objects.filter(
            partner=partner, month__gte=month_after(this_month, -USUAL_MONTHS), month__lt=this_month
        )
        .order_by()
        .values_list("allocation__programme", "allocation__grant__currency", "month")
        .annotate(sum=Sum("amount"))
    )
    sums: dict[Key, list[Decimal]] = defaultdict(list)
    for programme, currency, _month, amount in spent:
        sums[programme, currency].append(amount)
    return {key: sum(own, NOTHING) / len(own) for key, own in sums.items()}


def _outlook(
    programme: Programme | None, currency: str, allocations: list[Allocation], usual: Decimal | None, this_month: date
) -> Outlook:
    plans = [(allocation, *_plan(allocation, this_month)) for allocation in allocations]
    months = []
    for number in range(MONTHS):
        month = month_after(this_month, number)
        funded = sum((a_month for a, first, a_month in plans if first <= month <= a.ends_on), NOTHING)
        months.append(Month(month, funded, None if usual is None else max(usual - funded, NOTHING)))
    falls_out = [FallsOut(a.grant, month_after(a.ends_on.replace(day=1)), sum_) for a, _first, sum_ in plans if sum_]
    return Outlook(programme, currency, usual, months, sorted(falls_out, key=lambda each: each.month))


def _plan(allocation: Allocation, this_month: date) -> tuple[date, Decimal]:
    """From which month on what is left of it is spent, and how much a month."""
    spent, last_spent = allocation.spent or NOTHING, allocation.last_spent  # type: ignore[attr-defined]
    first = max(allocation.first_month, this_month)
    if last_spent and last_spent >= first:
        first = month_after(last_spent)
    left = max(allocation.amount - spent, NOTHING)
    months = months_between(first, allocation.ends_on)
    return first, (left / months if months else NOTHING)
