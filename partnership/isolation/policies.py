"""Who may do what with a table's rows, in the database itself: stated in the model's `Meta.constraints`, beside its fields.

    class Meta:
        constraints = [*own_rows(), *jobs_read()]

A new table gives the web and the worker role nothing: neither a privilege (`Grant`) nor, once a `Policy` stands on it,
a row. Migrations carry both, so `makemigrations --check` notices one that is missing there.

Policies ask three functions, which the first migration makes: for which partner, in which role and as which user the
transaction acts (`acting.enter` sets it). Without an answer they match nothing. `(select …)` makes PostgreSQL ask once
per query instead of once per row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BaseConstraint, Model

PARTNER = "(select portal_acting_partner())"
ROLE = "(select portal_acting_role())"
USER = "(select portal_acting_user())"
CLIENT = "(select portal_acting_client())"

EVERY_ROW = "true"
STAFF = "(select portal_acting_administrator())"
"""The user administers the service: asked once a query, of the database's own table."""

OWN = f"partner_id = {PARTNER}"
MINE = f"{OWN} and user_id = {USER}"
SENDER = f"from_partner_id = {PARTNER}"
RECEIVER = f"to_partner_id = {PARTNER}"
PARTY = f"({SENDER} or {RECEIVER})"
COORDINATOR = f"{ROLE} = 'coordinator'"
SIGNING_IN = f"{ROLE} = 'signing in'"
"""Sign-in asks, before anybody acts for a partner: `acting.signing_in`."""
MANAGER = "(select portal_acting_manager())"
"""The user manages the partner for which they act: asked once a query, of the database's own table."""
AUDITOR = f"{ROLE} = 'auditor'"

MY_RECORDS = "any ((select portal_person_records())::bigint[])"
MY_ENROLMENTS = "any ((select portal_person_enrolments())::bigint[])"
MY_REFERRALS = "any ((select portal_person_referrals())::bigint[])"
MY_CONSENTS = "any ((select portal_person_consents())::bigint[])"
MY_DIVERSIONS = "any ((select portal_person_diversions())::bigint[])"
"""Of My page: numbers of the records of the one person whose card was shown, of their participations, referrals, consents and diversions
(`isolation.person`). Asked once a query, as the others are."""

READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"


class TableRule(BaseConstraint):
    """Something that the database keeps for a table beside its columns; it is made after the table, and validates nothing.

    `name` is unique among the rules of a model. `through` names a many-to-many field whose table is meant instead of
    the model's own.
    """

    def __init__(self, *, name: str, through: str = "") -> None:
        if "." not in name:
            # Django fills in the model, and wants the whole name unique among all models.
            name = "%(app_label)s_%(class)s." + (f"{through}." if through else "") + name
        super().__init__(name=name)
        self.through = through

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    def table(self, model: type[Model]) -> str:
        return f"{model._meta.db_table}_{self.through}" if self.through else model._meta.db_table

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def validate(self, *args: object, **kwargs: object) -> None:
        """A row says nothing about it."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"through": self.through} if self.through else {}
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TableRule) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


class Policy(TableRule):
    """Lets a role do `command` on rows that satisfy `using`, and leave rows that satisfy `check` (unless said: the same).

    `using` and `check` are SQL on the table's columns. With its first policy a table shows a role nothing that no policy
    shows it. One that `only_narrows` lets nobody do anything: it holds besides the others.
    """

    def __init__(
        self,
        *,
        name: str,
        role: str,
        using: str,
        command: str = "ALL",
        check: str = "",
        through: str = "",
        only_narrows: bool = False,
    ) -> None:
        super().__init__(name=name, through=through)
        self.role, self.using, self.command, self.with_check = role, using, command, check
        self.only_narrows = only_narrows

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        table, check = self.table(model), self.with_check or self.using
        clauses = {
            "ALL": f"USING ({self.using}) WITH CHECK ({check})",
            "SELECT": f"USING ({self.using})",
            "INSERT": f"WITH CHECK ({check})",
            "UPDATE": f"USING ({self.using}) WITH CHECK ({check})",
            "DELETE": f"USING ({self.using})",
        }
        return (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f" CREATE POLICY {self.short_name} ON {table}{' AS RESTRICTIVE' if self.only_narrows else ''}"
            f" FOR {self.command} TO portal_{self.role} {clauses[self.command]}"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP POLICY {self.short_name} ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"role": self.role, "command": self.command, "using": self.using}
        kwargs |= {"check": self.with_check} if self.with_check else {}
        kwargs |= {"only_narrows": True} if self.only_narrows else {}
        return path, args, kwargs


class Grant(TableRule):
    """Gives a role privileges on the table, or on some of its columns.

    Two grants of a model must not give a role the same privilege: taking one back would take both.
    """

    def __init__(
        self, *, role: str, privileges: str, columns: Sequence[str] = (), through: str = "", name: str = ""
    ) -> None:
        super().__init__(name=name or f"{role}{'_columns' if columns else ''}", through=through)
        self.role, self.privileges, self.columns = role, privileges, tuple(columns)

    @property
    def _privileges(self) -> str:
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        return ", ".join(f"{privilege}{columns}" for privilege in self.privileges.split(", "))

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"GRANT {self._privileges} ON {self.table(model)} TO portal_{self.role}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"REVOKE {self._privileges} ON {self.table(model)} FROM portal_{self.role}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"role": self.role, "privileges": self.privileges}
        kwargs |= {"columns": self.columns} if self.columns else {}
        return path, args, kwargs


def own_rows() -> list[TableRule]:
    """Each row belongs to one partner (partner_id), which reads and writes it on its pages."""
    return [Grant(role="web", privileges=READ_AND_WRITE), Policy(name="own", role="web", using=OWN)]


def my_rows() -> list[TableRule]:
    """Each row belongs to one user of one partner (user_id, partner_id)."""
    return [Grant(role="web", privileges=READ_AND_WRITE), Policy(name="mine", role="web", using=MINE)]


def rows_of_two_parties(sees: str, *, draft: str = "") -> list[TableRule]:
    """Both parties read and change the rows of which `sees` is true; the sender makes them, and deletes those that are a `draft`."""
    rules: list[TableRule] = [
        Grant(role="web", privileges=READ_AND_WRITE),
        Policy(name="parties_read", role="web", command="SELECT", using=sees),
        Policy(name="parties_update", role="web", command="UPDATE", using=sees),
        Policy(name="sender_inserts", role="web", command="INSERT", using=SENDER),
    ]
    if draft:
        rules.append(Policy(name="discard_draft", role="web", command="DELETE", using=f"{SENDER} and {draft}"))
    return rules


def written_by(column: str) -> Policy:
    """Pages write rows in the acting user's name and in no other."""
    return Policy(
        name=f"signed_{column.removesuffix('_id')}",
        role="web",
        command="INSERT",
        using=f"{column} = {USER}",
        only_narrows=True,
    )


def jobs_read(*columns: str) -> list[TableRule]:
    """Jobs read the rows of all partners; only these columns, if any are named."""
    return [
        Grant(role="worker", privileges="SELECT", columns=columns),
        Policy(name="jobs_read", role="worker", command="SELECT", using=EVERY_ROW),
    ]


def imports_write(privileges: str = "INSERT, UPDATE") -> list[TableRule]:
    """Jobs write rows of the partner that they entered, and of no other."""
    return [
        Grant(role="worker", privileges=privileges, name="worker_imports"),
        *[
            Policy(name=f"import_{command.lower()}", role="worker", command=command, using=OWN)
            for command in privileges.split(", ")
        ],
    ]


def jobs_keep(privileges: str, *columns: str, name: str) -> list[TableRule]:
    """Jobs do this with the rows of all partners; they read these columns alone, if any are named."""
    rules: list[TableRule] = [
        Grant(role="worker", privileges=privileges),
        Policy(name=name, role="worker", using=EVERY_ROW),
    ]
    return rules + ([Grant(role="worker", privileges="SELECT", columns=columns)] if columns else [])


def person_reads(*columns: str, using: str) -> list[TableRule]:
    """My page shows these columns of the rows of which `using` is true."""
    return [
        Grant(role="person", privileges="SELECT", columns=columns),
        Policy(name="person_reads", role="person", command="SELECT", using=using),
    ]


def auditor_reads() -> Policy:
    """The auditor reads the rows of all partners; the web role's Grant stands apart."""
    return Policy(name="audit", role="web", command="SELECT", using=AUDITOR)


def everybody_reads(writes: str, *, jobs: str = "SELECT", through: str = "") -> list[TableRule]:
    """Every page sees every row, and writes those of which `writes` is true; jobs have these privileges, or none."""
    rules: list[TableRule] = [
        Grant(role="web", privileges=READ_AND_WRITE, through=through),
        Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW, through=through),
        *[
            Policy(name=f"write_{command.lower()}", role="web", command=command, using=writes, through=through)
            for command in ("INSERT", "UPDATE", "DELETE")
        ],
    ]
    if jobs:
        rules += [
            Grant(role="worker", privileges=jobs, through=through),
            Policy(name="jobs", role="worker", using=EVERY_ROW, through=through),
        ]
    return rules
