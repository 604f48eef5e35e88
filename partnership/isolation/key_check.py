"""Whether the keys of a process are those under which the database was written.

With another FIELD_KEYS everything would start, every page fail, and new rows be written that nobody can read later. So the database
holds something under each key, and a process that can't open it refuses to start, and says which key it is.
"""

from __future__ import annotations

import hmac
import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from partnership.isolation import encryption

log = logging.getLogger(__name__)

TABLE_SQL = """
CREATE TABLE portal_key_check (name text PRIMARY KEY, value text NOT NULL);
REVOKE ALL ON portal_key_check FROM PUBLIC;
GRANT SELECT ON portal_key_check TO portal_web, portal_worker, portal_linker;
"""
PLACE = "portal_key_check"
HASHED = ("INDEX_KEY", "PSEUDONYM_KEY")


class WrongKeys(ImproperlyConfigured):
    """A key is not the one under which the database was written. Put the right one back, or run `rotate_keys` as the owner."""


def _hash(name: str) -> str:
    return hmac.new(getattr(settings, name).encode(), f"{PLACE}.{name}".encode(), "sha256").hexdigest()


def _stored() -> dict[str, str]:
    """What the database holds; nothing before its first `migrate`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [PLACE])
        if cursor.fetchone()[0] is None:
            return {}
        cursor.execute("SELECT name, value FROM portal_key_check")
        return dict(cursor.fetchall())


def check() -> bool:
    """True when the keys are known to be right, False when the database knows none yet. Raises WrongKeys."""
    stored = _stored()
    wrong = [name for name in HASHED if name in stored and not hmac.compare_digest(stored[name], _hash(name))]
    if "FIELD_KEYS" in stored:
        try:
            encryption.decrypt(stored["FIELD_KEYS"], PLACE)
        except encryption.Unreadable:
            wrong.insert(0, "FIELD_KEYS")
    if wrong:
        raise WrongKeys(
            f"{' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not what this database was written with."
            " Nothing was started. Put back what it was (keep older FIELD_KEYS behind the new one), or, where a key was changed"
            " on purpose, run `manage.py rotate_keys --indexes` as the owner first (docs/administration.md)."
        )
    return bool(stored)


def store(*names: str) -> None:
    """As owner of the tables: what stands for the keys, made anew for these names, and for each that has none yet."""
    values = {name: _hash(name) for name in HASHED} | {"FIELD_KEYS": encryption.encrypt("portal", PLACE)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [PLACE])
        if cursor.fetchone()[0] is None:
            return
        for name, value in values.items():
            conflict = "UPDATE SET value = excluded.value" if name in names else "NOTHING"
            cursor.execute(
                f"INSERT INTO portal_key_check VALUES (%s, %s) ON CONFLICT (name) DO {conflict}",  # noqa: S608
                [name, value],
            )


def keep_watch() -> None:
    """In a process that serves: refuses to start with wrong keys, and to use any connection where that is known later only."""
    connection_created.connect(_at_first_connection, dispatch_uid=PLACE)
    try:
        connection.ensure_connection()
    except OperationalError:
        log.error("The database is away: the keys are checked when it is back")
    else:
        connection.close()  # none is shared with the processes that this one forks


def _at_first_connection(**more: Any) -> None:
    try:
        is_known = check()
    except WrongKeys:
        more["connection"].close()  # nothing is asked through it
        raise
    if is_known:
        connection_created.disconnect(dispatch_uid=PLACE)
