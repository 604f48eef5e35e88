"""What many tests start from is made once a test process: each test gets a copy of it, and the database as it was then.

A fixture that is `@shared` writes to the database and asks for no other fixtures than shared ones. What it wrote stays in a savepoint
around the tests that want it, which are rolled back to it as ever; a test that wants something else has it taken away first. A test
that commits starts from an empty database, as do those that ask for `db` alone.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

Build = Callable[..., Any]


@dataclass
class Floor:
    """One shared fixture on top of those below it, with the values of all of them."""

    build: Build
    savepoint: transaction.Atomic
    values: dict[Build, Any]
    built_on: date
    session: object
    """The database connection in which it stands."""

    def stands(self) -> bool:
        return self.session is connection.connection and not connection.closed_in_transaction


class Tower:
    def __init__(self) -> None:
        self.floors: list[Floor] = []
        self.copies: dict[Build, Any] = {}

    def stand_on(self, builds: dict[Build, dict[str, Build]]) -> None:
        """Makes the database that of these fixtures, each with what it asks for, and copies their values for one test."""
        wanted = list(builds)
        for number, floor in enumerate(self.floors):
            # Today is part of a world, and what stood in a connection that was closed is gone with it.
            is_stale = floor.built_on != timezone.localdate() or not floor.stands()
            if is_stale or number >= len(wanted) or floor.build is not wanted[number]:
                self.take_down(number)
                break
        for build in wanted[len(self.floors) :]:
            self._build(build, builds[build])
        self.copies = self._copied_values()
        if self.floors:
            cache.clear()  # it knows its records by numbers that are now those of the test before, too

    def _build(self, build: Build, asks_for: dict[str, Build]) -> None:
        values = self._copied_values()
        savepoint = transaction.atomic()
        savepoint._from_testcase = True
        savepoint.__enter__()
        try:
            values[build] = build(**{name: values[below] for name, below in asks_for.items()})
            connection.check_constraints()
        except BaseException:
            transaction.set_rollback(True)
            savepoint.__exit__(None, None, None)
            raise
        self.floors.append(Floor(build, savepoint, values, timezone.localdate(), connection.connection))

    def _copied_values(self) -> dict[Build, Any]:
        return copy.deepcopy(self.floors[-1].values) if self.floors else {}

    def take_down(self, height: int = 0) -> None:
        """Leaves so many floors standing."""
        while len(self.floors) > height:
            floor = self.floors.pop()
            if floor.session is connection.connection:  # else its transaction went with the connection
                transaction.set_rollback(True)
                floor.savepoint.__exit__(None, None, None)


tower = Tower()


def shared(build: Build) -> Any:
    """A fixture that is made once for all tests that follow each other and ask for it."""

    def fixture(**_others: Any) -> Any:
        return tower.copies[build]

    fixture.__name__, fixture.__doc__ = build.__name__, build.__doc__
    fixture.shared = build  # type: ignore[attr-defined]
    parameters = ["db", *inspect.signature(build).parameters]
    fixture.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in parameters]
    )
    return pytest.fixture(fixture)


def _builds(item: pytest.Function) -> dict[Build, dict[str, Build]]:
    """The shared fixtures that a test asks for, what each asks for before it."""
    definitions = item._fixtureinfo.name2fixturedefs
    builds: dict[Build, dict[str, Build]] = {}

    def add(name: str) -> Build | None:
        build = getattr(definitions[name][-1].func, "shared", None) if name in definitions else None
        if build and build not in builds:
            asks_for = {other: add(other) for other in inspect.signature(build).parameters}
            assert None not in asks_for.values(), f"{name} is shared and asks for what is not: {asks_for}"
            builds[build] = asks_for  # type: ignore[assignment]
        return build

    for name in item.fixturenames:
        add(name)
    return builds


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Iterator[None]:
    """Before pytest-django begins the transaction of a test."""
    if fixturedef.argname == "_django_db_helper":
        marker = request.node.get_closest_marker("django_db")
        commits = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
        with request.getfixturevalue("django_db_blocker").unblock():
            if commits:
                tower.take_down()
            else:
                tower.stand_on(_builds(request.node))
    return (yield)
