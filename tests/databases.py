"""The database of a test process: a copy of one that is migrated once, and again only when migrations change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connection

from partnership.isolation import context

TOP = Path(__file__).resolve().parent.parent
APPS = ("partnership", "programs", "cases", "referrals", "metrics")
MAKES = re.compile(r"\bCREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER|VIEW|POLICY|CONSTRAINT TRIGGER)\b")
TEMPLATE = "portal_template"
LOCK = "7000, 2"


def _fingerprint() -> str:
    """Of everything that a migrated database depends on: migrations, what they are made of, and each file with SQL that makes something,
    which migrations take from the rooms."""
    ours = [
        *TOP.glob("*/migrations/*.py"),
        *(TOP / "partnership" / "isolation").glob("*.py"),
        *(TOP / "partnership" / "audit_trail").glob("*.py"),
    ]
    rooms = (path for app in APPS for kind in ("*.py", "*.sql") for path in (TOP / app).rglob(kind))
    makes = [path for path in rooms if MAKES.search(path.read_text())]
    digest = hashlib.sha256()
    for path in sorted({*ours, *makes}):
        digest.update(path.read_bytes())
    for package in ("django", "django-allauth", "django-oauth-toolkit"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:12]


def _connect_to(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _names(cursor: Any, pattern: str) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern])
    return [name for (name,) in cursor.fetchall()]


def _make_template(cursor: Any, name: str) -> None:
    """Migrates a new database, and names it only when it is whole: a run that is stopped leaves nothing half made."""
    unfinished = f"{TEMPLATE}_unfinished"
    for old in _names(cursor, f"{TEMPLATE}%"):
        with suppress(DatabaseError):  # another run copies it right now
            cursor.execute(f"DROP DATABASE {old}")
    cursor.execute(f"CREATE DATABASE {unfinished}")
    _connect_to(unfinished)
    call_command("migrate", verbosity=0)
    connection.close()
    cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")


def make_copy(name: str) -> None:
    """Makes a migrated database of this name, in the place of an older one."""
    template = f"{TEMPLATE}_{_fingerprint()}"
    usual = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        # Several processes start at once: the first makes the template, the others wait for it.
        cursor.execute(f"SELECT pg_advisory_lock({LOCK})")
        if template not in _names(cursor, template):
            _make_template(cursor, template)
        cursor.execute(f"SELECT pg_advisory_unlock({LOCK})")
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        # As database_roles does: a copy has what PostgreSQL gives everybody.
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {name} TO portal_worker")
    _connect_to(name)
    context.store_key()  # the template may have been made under another one
    _connect_to(usual)


@contextmanager
def copied_database(name: str) -> Iterator[None]:
    """Django's connection leads to a migrated database of this name, which is gone afterwards."""
    usual = connection.settings_dict["NAME"]
    make_copy(name)
    _connect_to(name)
    yield
    _connect_to(usual)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
