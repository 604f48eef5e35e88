"""Starts PostgreSQL and Redis before Django's settings are read (loaded with -p, so first of all).

Embedded ones unless DATABASE_URL (an administrator's) and REDIS_URL name real servers. The suite connects as the owner of
the tables and takes on the web role for each request, so that pages are tested under row-level security.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

VAR = Path(__file__).resolve().parent.parent / "var" / "test"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
PASSWORD = "test-password"


def _with_role(url: str, role: str, database: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    return urlunsplit(("postgres", f"{role}:{PASSWORD}@{host}:{parts.port or 5432}", f"/{database}", "", ""))


def prepare() -> None:
    from partnership.isolation import database_roles, keys
    from partnership.local import embedded

    os.environ["PORTAL_ENV"] = "test"
    os.environ["PORTAL_VAR"] = str(VAR)
    admin = os.environ.get("PORTAL_TEST_ADMIN_URL") or os.environ.get("DATABASE_URL", "")
    number = int(re.sub(r"\D", "", WORKER) or 0) + 1 if WORKER else 0
    if not WORKER:
        embedded.start(VAR, durable=False)
        keys.local(VAR)
        passwords = dict.fromkeys(database_roles.ROLES, PASSWORD)
        database_roles.create(admin or embedded.admin_url(VAR), passwords, for_tests=True)
    os.environ["PORTAL_DB_ROLE"] = "owner"
    if admin:
        os.environ["PORTAL_TEST_ADMIN_URL"] = admin
        os.environ["DATABASE_URL"] = _with_role(admin, "portal_owner", "portal")
    os.environ |= redis_of(number)


def redis_of(number: int) -> dict[str, str]:
    """The environment of whoever uses the Redis database of this number: a worker takes every message that it finds in its own."""
    environment = {"PORTAL_REDIS_DB": str(number), "PORTAL_CACHE_PREFIX": f"test{number}"}
    if url := os.environ.get("REDIS_URL"):
        server = url.rsplit("/", 1)[0] if url.count("/") > 2 else url
        environment["REDIS_URL"] = f"{server}/{number}"
    return environment


prepare()


def process_environment(role: str, database: str) -> dict[str, str]:
    """The environment in which a process connects to `database` as a role: for workers and servers that tests start."""
    env = os.environ | {"PORTAL_DB_ROLE": role, "PORTAL_DB_NAME": database, "PYTHONWARNINGS": "ignore"}
    env.pop(
        "COVERAGE_PROCESS_CONFIG", None
    )  # they would be slower, and many are killed before they could write it down
    if admin := os.environ.get("PORTAL_TEST_ADMIN_URL"):
        env["DATABASE_URL"] = _with_role(admin, f"portal_{role}", database)
    return env


def pytest_unconfigure(config: pytest.Config) -> None:
    # Whoever runs the suite many times (scripts/mutants.py) keeps them, and stops them at the end.
    if not WORKER and not os.environ.get("PORTAL_KEEP_SERVICES"):
        from partnership.local import embedded

        embedded.stop(VAR)
