"""Triggers that belong to a table, stated in the model's `Meta.constraints` as policies are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.policies import TableRule


class Touch(TableRule):
    """Whoever changes a row of the table, its `changed_at` says when."""

    def __init__(self, *, name: str = "touch") -> None:
        super().__init__(name=name)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON {self.table(model)}"
            " FOR EACH ROW EXECUTE FUNCTION portal_touch()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER touch ON {self.table(model)}"


class Fixed(TableRule):
    """Columns of a row that nobody changes any more once `when` holds of it: SQL on the old row, as `old.sent_at is not null`."""

    def __init__(self, *, columns: Sequence[str], when: str = "true", name: str = "fixed") -> None:
        super().__init__(name=name)
        self.columns, self.when = tuple(columns), when

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        old, new = (", ".join(f"{row}.{column}" for column in self.columns) for row in ("old", "new"))
        return (
            f"CREATE TRIGGER {self.short_name} BEFORE UPDATE OF {', '.join(self.columns)} ON {self.table(model)} FOR EACH ROW"
            f" WHEN (({self.when}) AND ({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION portal_refuse_change()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"columns": self.columns, "when": self.when}


class Noted(TableRule):
    """Whenever `column` is given a value that is not empty, the list of moments `into` says when: the latest `most` of them.

    Whoever writes the row can neither leave that out nor choose another moment.
    """

    def __init__(self, *, column: str, into: str, most: int, name: str = "noted") -> None:
        super().__init__(name=name)
        self.column, self.into, self.most = column, into, most

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        table = self.table(model)
        function = f"{self.short_name}_{table}"
        return (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" NEW.{self.into} := (clock_timestamp() || OLD.{self.into})[:{self.most}]; RETURN NEW; END $$;"
            f" CREATE TRIGGER {self.short_name} BEFORE UPDATE OF {self.column} ON {table} FOR EACH ROW"
            f" WHEN (new.{self.column} <> '') EXECUTE FUNCTION {function}()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        table = self.table(model)
        return f"DROP TRIGGER {self.short_name} ON {table}; DROP FUNCTION {self.short_name}_{table}()"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"column": self.column, "into": self.into, "most": self.most}


class Asked(TableRule):
    """Before pages write a row (or change one of these `columns`), a function of the database says whether they may."""

    def __init__(self, *, function: str, columns: Sequence[str], name: str = "asked") -> None:
        super().__init__(name=name)
        self.function, self.columns = function, tuple(columns)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE TRIGGER {self.short_name} BEFORE INSERT OR UPDATE OF {', '.join(self.columns)} ON {self.table(model)}"
            f" FOR EACH ROW WHEN (current_user = 'portal_web') EXECUTE FUNCTION {self.function}()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.short_name} ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"function": self.function, "columns": self.columns}


class EndReferences(TableRule):
    """With a row of the table go the references by which partners' systems know it: those of this kind of `record`."""

    def __init__(self, *, record: str, name: str = "end_references") -> None:
        super().__init__(name=name)
        self.record = record

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return (
            f"CREATE TRIGGER end_references AFTER DELETE ON {self.table(model)} REFERENCING OLD TABLE AS old_rows"
            f" FOR EACH STATEMENT EXECUTE FUNCTION portal_end_references('{self.record}')"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER end_references ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"record": self.record}


class Bury(TableRule):
    """A deleted row of the table leaves a tombstone, for clients that synchronise.

    `seen_by` is the column of the partner that saw the row; empty where every partner did.
    """

    def __init__(self, *, seen_by: str = "partner_id", name: str = "bury") -> None:
        super().__init__(name=name)
        self.seen_by = seen_by

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        table = self.table(model)
        rows = f"SELECT TG_TABLE_NAME, id, {self.seen_by}, clock_timestamp() FROM old_rows"  # noqa: S608
        if not self.seen_by:
            rows = (
                "SELECT TG_TABLE_NAME, o.id, p.id, clock_timestamp() FROM old_rows o CROSS JOIN partnership_partner p"
            )
        return (
            f"CREATE OR REPLACE FUNCTION bury_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            " SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN"
            f" INSERT INTO partnership_tombstone (resource, object_id, partner_id, changed_at) {rows};"
            " RETURN NULL; END $$;"
            f" REVOKE ALL ON FUNCTION bury_{table}() FROM PUBLIC;"
            f" CREATE OR REPLACE TRIGGER bury AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows"
            f" FOR EACH STATEMENT EXECUTE FUNCTION bury_{table}()"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER bury ON {self.table(model)}; DROP FUNCTION bury_{self.table(model)}()"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"seen_by": self.seen_by}


class InStep(models.Model):
    """A record that copies elsewhere are kept in step with: when and in which transaction it last changed, and that it is gone.

    Its history leaves `changed_in` out.
    """

    changed_at = models.DateTimeField(default=timezone.now, db_default=Now(), help_text="A trigger keeps it.")
    changed_in = TransactionField()

    class Meta:
        abstract = True


def kept_in_step() -> list[TableRule]:
    """The rules of a table of records `InStep`, each its own partner's."""
    return [Touch(), Mark(), Bury()]


def indexes_of_changes(noun: str) -> list[models.Index]:
    """What changed since a client last asked: by a moment, and by a mark."""
    return [
        models.Index(fields=["partner", "changed_at", "id"], name=f"{noun}_sync"),
        models.Index(fields=["partner", "changed_in", "id"], name=f"{noun}_marks"),
    ]
