"""By which transaction a row was last written: what a copy of the rows elsewhere is kept in step by.

A time can't tell what a reader has missed: a transaction that began before a reading and ends after it has written times that lie
before the reading. Transactions have numbers, and the database knows the lowest one that has not ended (`horizon`): whatever bears a
lower number was there to be read, and the next reading asks for all the others. Numbers belong to one server, so a mark names it.

Source: PostgreSQL, "Transaction ID and Snapshot Information Functions" (`pg_current_xact_id`, `pg_snapshot_xmin`).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Func

from partnership.isolation.policies import TableRule

FUNCTION = """
CREATE FUNCTION portal_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.changed_in := pg_current_xact_id(); RETURN NEW; END $$;
"""
DROP_FUNCTION = "DROP FUNCTION portal_mark()"
PATTERN = "[1-9][0-9]{0,18}-[0-9a-f]{8}"
"""Of a mark as text."""


class CurrentTransaction(Func):
    """The number of the transaction that asks."""

    function = "pg_current_xact_id"
    output_field = models.TextField()


class TransactionField(models.Field):  # type: ignore[type-arg] # Django’s own takes none
    """A transaction's number, of 64 bits: it never comes again. A new row has that of its transaction; `Mark` keeps it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"db_default": CurrentTransaction(), "editable": False}))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_default"], kwargs["editable"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        # PostgreSQL compares it with no number; a text it reads as one of its own.
        return str(value) if isinstance(value, int) else value

    def from_db_value(self, value: str | None, *_context: Any) -> int | None:
        return None if value is None else int(value)


class Mark(TableRule):
    """Whoever changes a row of the table, its `changed_in` says in which transaction."""

    def __init__(self, *, name: str = "mark") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"CREATE TRIGGER mark BEFORE UPDATE ON {self.table(model)} FOR EACH ROW EXECUTE FUNCTION portal_mark()"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER mark ON {self.table(model)}"


class Horizon(NamedTuple):
    """How far a reading saw everything: every transaction with a lower number has ended. `server` is the one that counts so."""

    transaction: int
    server: str

    def __str__(self) -> str:
        return f"{self.transaction}-{self.server}"

    @classmethod
    def read(cls, text: str) -> Horizon | None:
        """What `str` made; None where it is none."""
        transaction, _dash, server = text.partition("-")
        return cls(int(transaction), server) if re.fullmatch(PATTERN, text) else None


def horizon() -> Horizon:
    """How far everything can be read now. Ask before you read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()), system_identifier FROM pg_control_system()")
        transaction, system = cursor.fetchone()
    return Horizon(int(transaction), f"{system & 0xFFFFFFFF:08x}")
