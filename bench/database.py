"""A database of its own for the benchmarks, on embedded PostgreSQL unless PORTAL_BENCH_ADMIN_URL names another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.world import World

VAR = Path("var/bench").resolve()
SIZES = ("full", "small")
SIZE = os.environ.get("PORTAL_BENCH_SIZE") or "full"


def sized(full: int, small: int) -> int:
    """`full` to measure; `small` shows within seconds that a benchmark runs, and says nothing about its goals."""
    return small if SIZE == "small" else full


class Figure(NamedTuple):
    """One measured figure. `holds` says whether it meets its goal; None where it has none."""

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool | None = None


@cache
def world() -> World:
    """The partners and people of the tests, made once for all benchmarks of a run."""
    from tests.world import World

    return World()


@contextmanager
def fresh() -> Iterator[None]:
    """Starts the services, makes an empty migrated database, sets Django up on it as the owner of its tables."""
    import psycopg2

    from partnership.isolation import database_roles, keys
    from partnership.local import embedded

    os.environ |= {
        "PORTAL_ENV": "test",
        "PORTAL_VAR": str(VAR),
        "PORTAL_DB_ROLE": "owner",
        "PORTAL_DB_NAME": "portal_bench",
        "LOG_LEVEL": "ERROR",
    }
    # As docs/administration.md says of a server: a quarter of the memory for PostgreSQL's own buffers.
    quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 2**20
    embedded.POSTGRES_SETTINGS += f"shared_buffers = '{min(quarter, 8192)}MB'\n"
    embedded.start(VAR)
    keys.local(VAR)
    try:
        admin = embedded.admin_url(VAR)
        connection = psycopg2.connect(admin)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS portal_bench WITH (FORCE)")
        connection.close()
        database_roles.create(
            admin, dict.fromkeys(database_roles.ROLES, "bench"), database="portal_bench", for_tests=True
        )
        os.environ["DJANGO_SETTINGS_MODULE"] = "partnership.project.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        embedded.stop(VAR)
