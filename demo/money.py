"""The demo's money: what pays for an organisation's programmes, two years of spending, a report that is due and a gap next year."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from partnership.isolation.acting import Acting
from programs.catalogue.models import Programme
from programs.grants import actions as grants
from programs.grants.ahead import month_after
from programs.grants.models import Allocation, Category, Grant

ABOUT: dict[str, tuple[str, str, str]] = {
    "state": (
        "Help instead of punishment",
        "Funding Centre for Social Welfare and Health Organisations (simulated)",
        "STEA 204-17",
    ),
    "city": ("City grant for counselling", "City of Helsinki (simulated)", "HEL 2025-0881"),
    "office": ("Room and leadership", "A foundation (simulated)", "S-31"),
    "applied": ("Peers at the counter", "European Social Fund (simulated)", "ESF-118"),
}
"""Title, funder, the funder's reference."""
A_MONTH = {Category.STAFF: 6200, Category.SERVICES: 540, Category.MATERIALS: 260}
SHARED_A_MONTH = {Category.PREMISES: 1450, Category.OVERHEAD: 520}


def _grant(
    by: Acting, name: str, amount: int, first: date, last: date, *, awarded_on: date | None, is_shared: bool
) -> Grant:
    title, funder, reference = ABOUT[name]
    return grants.save_grant(
        by=by,
        grant=Grant(
            partner=by.partner, title=title, funder=funder, reference=reference, amount=Decimal(amount), starts_on=first, ends_on=last,
            description="Counselling for people caught with small amounts, from the first call to a year after.",
            state=Grant.State.AWARDED if awarded_on else Grant.State.APPLIED, awarded_on=awarded_on, is_shared=is_shared,
        ),
    )  # fmt: skip


def _allocate(by: Acting, grant: Grant, programme: Programme | None, amount: int) -> Allocation:
    return grants.save_allocation(
        by=by,
        allocation=Allocation(
            partner=by.partner,
            grant=grant,
            programme=programme,
            amount=Decimal(amount),
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
        ),
    )


def _spend(by: Acting, allocation: Allocation, today: date, amounts: dict[Category, int], share: float) -> None:
    """Up to the month before last: the latest accounts are never there yet."""
    month, last = allocation.first_month, month_after(today.replace(day=1), -2)
    while month <= min(last, allocation.ends_on):
        for number, (category, amount) in enumerate(amounts.items()):
            varied = Decimal(round(amount * share * (1 + ((month.month * 7 + number * 3) % 5 - 2) / 50)))
            grants.record_spending(by=by, allocation=allocation, month=month, category=category, amount=varied)
        month = month_after(month)


def funded(manager: Acting, counselling: Programme, workshops: Programme, today: date) -> Grant:
    """`manager` runs two programmes on two grants and an office on a third; the first ends in half a year. Returns the city's."""
    first, this_month = date(today.year - 1, 1, 1), today.replace(day=1)
    in_half_a_year = month_after(this_month, 6) - timedelta(days=1)
    next_year = date(today.year + 1, 12, 31)
    awarded_on = first - timedelta(days=40)
    state = _grant(manager, "state", 165_000, first, in_half_a_year, awarded_on=awarded_on, is_shared=True)
    city = _grant(manager, "city", 84_000, first, next_year, awarded_on=awarded_on, is_shared=False)
    office = _grant(manager, "office", 74_000, first, next_year, awarded_on=awarded_on, is_shared=False)
    _grant(manager, "applied", 90_000, date(today.year + 1, 1, 1), next_year, awarded_on=None, is_shared=True)
    _spend(manager, _allocate(manager, state, counselling, 160_000), today, A_MONTH, 0.85)
    _spend(manager, _allocate(manager, city, counselling, 40_000), today, {Category.STAFF: 1200}, 0.9)
    _spend(
        manager, _allocate(manager, city, workshops, 30_000), today, {Category.STAFF: 700, Category.MATERIALS: 90}, 1.0
    )
    _spend(manager, _allocate(manager, office, None, 70_000), today, SHARED_A_MONTH, 1.0)
    for year in (today.year - 1, today.year):
        shares = {counselling: Decimal("82.5"), workshops: Decimal("17.5")}
        grants.declare_key(
            by=manager, year=year, basis="Working hours by programme, from the time sheets", shares=shares
        )
    sent = grants.add_report_day(by=manager, grant=state, due_on=today - timedelta(days=120))
    grants.mark_report(by=manager, report_day=sent, is_sent=True)
    grants.add_report_day(by=manager, grant=state, due_on=today + timedelta(days=25))
    grants.add_report_day(by=manager, grant=city, due_on=today + timedelta(days=80))
    return city
