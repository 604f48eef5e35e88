from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from partnership.api import tokens
from partnership.isolation.acting import Acting
from partnership.project import health
from tests.browsing import base, browser, pages_closed  # noqa: F401 — fixtures
from tests.databases import copied_database
from tests.services import WORKER
from tests.shared_worlds import pytest_fixture_setup, shared, tower  # noqa: F401 — a hook
from tests.systems import System
from tests.world import World


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied_database(f"test_portal_{WORKER}" if WORKER else "test_portal"):
        yield
        tower.take_down()


@shared
def world() -> World:
    return World()


@shared
def measured(world: World) -> World:
    """Police feeds are complete, so that people are observed."""
    world.complete_through(date(2026, 6, 30))
    return world


@shared
def manager(world):
    return world.case_manager


@shared
def ngo(manager):
    return System(manager)


@shared
def police(world):
    return System(Acting(world.member(world.police, "police_liaison", is_manager=True).membership))


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the portal's clock to a moment; the database's goes on."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture(autouse=True)
def _english() -> None:
    """A request that was answered in another language leaves it active for its thread."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _readiness_anew() -> None:
    """A process keeps the answer of /readyz for some seconds."""
    health.forget()


@pytest.fixture(autouse=True)
def _nobody_refused() -> None:
    """A process remembers for a moment whom it refuses at the token endpoint."""
    tokens.refused.forget()


@pytest.fixture(autouse=True)
def _mail_in_memory(settings) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.SITE_URL = "http://testserver"


def pytest_terminal_summary(terminalreporter) -> None:  # type: ignore[no-untyped-def]
    """Prints what tests measured: weights of pages, largest paints, layout shifts."""
    lines = [
        line
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "measured"
        for line in value
    ]
    if lines:
        terminalreporter.section("measured in Chromium")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_xdist_auto_num_workers(config):  # type: ignore[no-untyped-def]
    """One more than there are cores: some tests wait, for a browser, a worker that was killed, a time that runs out."""
    return len(os.sched_getaffinity(0)) + 1


TOGETHER = ("tests/browser/", "tests/api/test_schema.py", "tests/project/test_replica.py")
"""Whose tests stay with one worker: they share a portal, and requests, that take minutes of one core to make."""


def pytest_xdist_make_scheduler(config, log):  # type: ignore[no-untyped-def]
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((scope for scope in TOGETHER if nodeid.startswith(scope)), nodeid)

    return Scheduling(config, log)
