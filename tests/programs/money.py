"""Grants that several tests begin with."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from programs.grants import actions as grants
from programs.grants.models import Allocation, Grant, Spending
from tests.world import World, run_as

titles = itertools.count(1)
ANY: Any = object()
"""Of the world's programme."""


def year_of(world: World) -> tuple[date, date]:
    """The first and last day of the grants below: last year's and next year's."""
    return date(world.today.year - 1, 1, 1), date(world.today.year + 1, 12, 31)


def grant_of(world: World, **fields: Any) -> Grant:
    """A grant of 10,000 euros of the world's NGO that nobody else sees."""
    first, last = year_of(world)
    values = {
        "partner": world.ngo,
        "title": f"Grant {next(titles)}",
        "description": "Counselling",
        "funder": "City",
        "amount": Decimal(10_000),
        "state": "awarded",
        "awarded_on": first,
        "starts_on": first,
        "ends_on": last,
    } | fields
    saved: Grant = run_as(world.case_manager, grants.save_grant, grant=Grant(**values))
    return saved


def allocated(world: World, grant: Grant, programme: Any = ANY, **fields: Any) -> Allocation:
    """4,000 euros of it for the world's programme, for all of its days."""
    values = {"amount": Decimal(4_000), "starts_on": grant.starts_on, "ends_on": grant.ends_on} | fields
    allocation = Allocation(
        partner=world.ngo, grant=grant, programme=world.programme if programme is ANY else programme, **values
    )
    saved: Allocation = run_as(world.case_manager, grants.save_allocation, allocation=allocation)
    return saved


def spent(
    world: World, allocation: Allocation, amount: float, month: date | None = None, category: str = "staff"
) -> Spending:
    """So much in a month: this one unless said."""
    saved: Spending = run_as(
        world.case_manager,
        grants.record_spending,
        allocation=allocation,
        month=month or world.today.replace(day=1),
        category=category,
        amount=Decimal(str(amount)),
    )
    return saved
