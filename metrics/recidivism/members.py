"""Whose results are computed: the participants of every programme, and of each saved cohort; and the statements of
metrics/sql that count them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from cases.arrests.models import Feed
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection.counts import member_seed

KINDS = ("any", "drug")
"""Kinds of re-arrest: for any offence, for a drug offence."""
PARTICIPANTS = "SELECT * FROM metrics_followup WHERE rank = 1"
"""Each programme's, everybody once a programme."""


class Population(NamedTuple):
    """Whose result it is: a programme of a partner, or a saved cohort. By primary keys."""

    programme: int | None
    partner: int | None
    cohort: int | None = None

    def fields(self) -> dict[str, Any]:
        """As fields of a PopulationResult."""
        return {"programme_id": self.programme, "partner_id": self.partner, "cohort_id": self.cohort}


class MemberRows(NamedTuple):
    """The follow-up rows of all programmes at once (`cohort` None), or of one saved cohort, as a SELECT."""

    sql: str
    parameters: list[Any]
    cohort: Cohort | None = None

    @property
    def group_column(self) -> str:
        """What tells the populations in these rows apart, in SQL: the programme; a cohort is one population."""
        return "f.programme_id" if self.cohort is None else "0"

    def bound_sql(self) -> str:
        """The SELECT with its parameters in it."""
        if not self.parameters:
            return self.sql
        with connection.cursor() as cursor:
            bound: bytes = cursor.mogrify(self.sql, self.parameters)
        return bound.decode()

    def population(self, group: int, partner_of_programme: dict[int, int]) -> Population:
        """Whose the rows of a group are."""
        if self.cohort is None:
            return Population(group, partner_of_programme[group])
        return Population(None, None if self.cohort.is_partnership_wide else self.cohort.partner_id, self.cohort.pk)


def all_member_rows(cohorts: Iterable[Cohort]) -> list[MemberRows]:
    """Those of all programmes first, then those of each cohort."""
    member_rows = [MemberRows(PARTICIPANTS, [])]
    for cohort in cohorts:
        selection = Selection.from_json(cohort.selection)
        sql, parameters = cohort_rows(selection, follow_up_table(selection))
        member_rows.append(MemberRows(sql, parameters, cohort))
    return member_rows


def cohort_rows(selection: Selection, table: str = "metrics_followup") -> tuple[str, list[Any]]:
    """(SELECT, its parameters) of one follow-up row a person: the first enrolment in the selection's range."""
    condition, parameters = selection.where()
    return (
        f"SELECT DISTINCT ON (f.key) f.* FROM {table} f WHERE {condition} ORDER BY f.key, f.index_date, f.enrolment_id",
        parameters,
    )


def follow_up_table(selection: Selection) -> str:
    """Where the selection's follow-up rows are; those from completion are followed when first asked for."""
    if selection.index == "start":
        return "metrics_followup"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.completed_followup')")
        if cursor.fetchone()[0] is None:
            follow_up_upkeep.follow_apart("completed", "completed_followup")
    return "completed_followup"


def partners_of_programmes() -> dict[int, int]:
    """Programme → its partner, by primary key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, partner_id FROM programs_programme")
        return dict(cursor.fetchall())


def rows_of_statement(name: str, member_rows: MemberRows, as_of: date, **parts: str) -> list[tuple[Any, ...]]:
    """What a statement of metrics/sql, with its {parts}, makes of the members; the group is the first column of each row."""
    sql = follow_up_upkeep.statement(name, group=member_rows.group_column, **parts)
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL takes the groups for more than there are, and would not count in parallel.
        cursor.execute("SET LOCAL parallel_tuple_cost = 0")
        # Without any feed nobody is observed; NULL says so.
        earliest_feed = Feed.objects.aggregate(day=Min("complete_through"))["day"]
        parameters = {
            "as_of": as_of,
            "earliest": earliest_feed and min(earliest_feed, as_of),
            "today": timezone.localdate(),
            "seed": member_seed(),
        }
        # The rows' own parameters are bound first: their text stands inside a statement with named ones.
        cursor.execute(sql.replace("{rows}", member_rows.bound_sql().replace("%", "%%")), parameters)
        return [*cursor.fetchall()]
