"""Creates the portal's database, its four login roles and the one of My page on any PostgreSQL 15 or newer.

    python -m partnership.isolation.database_roles postgres://admin:secret@host/postgres

Passwords come from PORTAL_OWNER_PASSWORD, PORTAL_WEB_PASSWORD,
PORTAL_WORKER_PASSWORD and PORTAL_LINKER_PASSWORD. Run again, it sets the
passwords anew and changes nothing else.

- portal_owner owns the database and its tables, and runs migrations.
- portal_web serves pages and API: not owner, not superuser, subject to row-level security.
- portal_worker runs jobs: reads dates and districts of all partners, and names of nobody.
- portal_person signs nobody in: the web process takes it on while it serves My page. It sees the rows of the one person whose
  card was shown, and changes nothing but that card's session.
- portal_linker runs the linker alone: reads names, dates of birth and codes, encrypted, of all partners; writes who is who.
"""

from __future__ import annotations

import os
import sys

import psycopg2
from psycopg2 import sql

ROLES = ("portal_owner", "portal_web", "portal_worker", "portal_linker")
PERSON = "portal_person"
"""What the web process becomes for My page (`acting.as_person`). Web has none of its rights until then."""
DATABASE = "portal"
SETTINGS = {
    "web": {
        "jit": "off",
        "statement_timeout": "30s",
        "lock_timeout": "20s",
        "idle_in_transaction_session_timeout": "60s",
    },
    "worker": {
        "jit": "off",
        "statement_timeout": "30min",
        "lock_timeout": "5min",
        "idle_in_transaction_session_timeout": "15min",
    },
    "linker": {
        "jit": "off",
        "statement_timeout": "10min",
        "lock_timeout": "5min",
        "idle_in_transaction_session_timeout": "15min",
    },
}
"""Of each role: a statement, the wait for a lock, and a transaction in which nothing happens end after so long. The role has them
by itself; the program asks for them with each connection too, where the roles were made by somebody else. Compiling a query costs
these more than it saves: measured on a million participants, 0.16 s against 0.11 s for an update."""


def create(
    admin_url: str, passwords: dict[str, str | None], *, database: str = DATABASE, for_tests: bool = False
) -> None:
    """Makes the roles and the database where they are missing.

    `for_tests` lets the owner create databases and take on the other roles, which the test suite does.
    """
    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        # One at a time: two that alter the same role at once fail. The lock ends with the connection.
        cursor.execute("SELECT pg_advisory_lock(7000, 1)")
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            options = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE "
            options += "CREATEDB" if for_tests and role == "portal_owner" else "NOCREATEDB"
            options += " NOINHERIT" if role == "portal_web" else ""
            cursor.execute(sql.SQL(verb + " ROLE {} " + options).format(sql.Identifier(role)))
            if passwords.get(role):
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                cursor.execute(statement.format(sql.Identifier(role), sql.Literal(passwords[role])))
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PERSON])
        if not cursor.fetchone():
            cursor.execute(f"CREATE ROLE {PERSON} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB")
        cursor.execute(f"GRANT {PERSON} TO portal_web")
        for role, limits in SETTINGS.items():
            for name, limit in limits.items():
                statement = sql.SQL("ALTER ROLE {} SET {} = {}")
                cursor.execute(
                    statement.format(sql.Identifier(f"portal_{role}"), sql.Identifier(name), sql.Literal(limit))
                )
        if for_tests:
            cursor.execute("GRANT portal_web, portal_worker, portal_linker, portal_person TO portal_owner")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute("GRANT portal_owner TO CURRENT_USER")  # a managed service's administrator needs it
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER portal_owner").format(sql.Identifier(database)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        # Jobs lay out what they work on in tables of their session; pages make none.
        for grant in (
            "CONNECT ON DATABASE {} TO portal_web, portal_worker, portal_linker",
            "TEMPORARY ON DATABASE {} TO portal_worker",
        ):
            cursor.execute(sql.SQL("GRANT " + grant).format(sql.Identifier(database)))
        cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM portal_web").format(sql.Identifier(database)))
    connection.close()


def main() -> int:
    """Runs from a terminal; returns the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    passwords = {role: os.environ.get(f"{role.upper()}_PASSWORD") for role in ROLES}
    missing = [f"{role.upper()}_PASSWORD" for role, password in passwords.items() if not password]
    if missing:
        print(f"Set {', '.join(missing)} in the environment first.", file=sys.stderr)
        return 2
    create(sys.argv[1], passwords)
    print(
        f"Database {DATABASE!r} and the roles {', '.join(ROLES)} are ready. Next: manage.py migrate, as portal_owner."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
