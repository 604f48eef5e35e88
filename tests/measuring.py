"""People whose re-arrests are known, and computations of their figures, for the tests of runs and of what is seen of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.people.identity_code import make
from cases.people.models import Person
from metrics.protection.perturbation import OF_PEOPLE
from metrics.runs import actions as runs
from metrics.runs.models import Run
from tests.world import World, database_role, link, run_as

START = date(2022, 3, 1)
IN_A_YEAR = timezone.localdate() + timedelta(days=365)


def compute(reason: str = "test") -> Run:
    runs.request_run(reason)
    link()
    with database_role("worker"):
        run = runs.compute()
    assert run
    assert run.state == Run.State.DONE, run.error
    return run


def release(world: World) -> Run:
    """A computation that the coordinator makes the release of the quarter, in place of an earlier one."""
    Run.objects.update(released_at=None, published_at=None)
    run = compute()
    return run_as(world.coordinator, runs.release, run=run)


def about(count: int) -> Any:
    """A protected count of so many people: none is changed by more than seven."""
    return pytest.approx(count, abs=OF_PEOPLE.most)


def people(
    world: World, count: int, *, rearrested: int, women: int = 0, start: date = START, first: int = 0
) -> list[Person]:
    """So many participants, each arrested some weeks before the start; some again a month after it."""
    found = []
    for number in range(first, first + count):
        fields: dict[str, Any] = {
            "identity_code": make(date(1950 + number // 98 % 50, 1 + number % 12, 1 + number % 28), 900 + number % 98),
            "sex": "female" if number - first < women else "male",
            "first_names": f"P{number}",
            "born_on": date(1950 + number // 98 % 50, 1 + number % 12, 1 + number % 28),
        }
        world.enrolment(person=world.person(world.ngo, **fields), started_on=start + timedelta(days=number % 200))
        police = world.person(world.police, **fields)
        world.arrest(police, start + timedelta(days=number % 200 - 20))
        if number - first < rearrested:
            world.arrest(police, start + timedelta(days=number % 200 + 30))
        found.append(police)
    return found
