"""Employers for tests."""

from __future__ import annotations

from typing import Any

from partnership.isolation.acting import Acting
from programs.employers import actions as employers
from programs.employers.models import Employer, WorkOffer
from tests.world import World, run_as


def employer_of(world: World, keeper: Acting, **fields: Any) -> Employer:
    """A bakery that the keeper's partner keeps."""
    terms = {"name": "Bakery", "contact": "Ask for Sari, 040 000 1000"} | fields
    return run_as(keeper, employers.save_employer, employer=Employer(partner=keeper.partner, **terms))


def offer_of(world: World, keeper: Acting, employer: Employer, **fields: Any) -> WorkOffer:
    """A work trial there."""
    terms: dict[str, Any] = {
        "kind": "work_trial",
        "work": "Baking",
        "hours_a_week": 20,
        "district": world.hill,
    } | fields
    return run_as(keeper, employers.save_offer, offer=WorkOffer(partner=keeper.partner, employer=employer, **terms))
