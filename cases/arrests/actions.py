"""Actions on arrests: only imports add and change them."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.db.models import QuerySet

from cases.arrests.models import Arrest
from partnership.actions import action

SUMMARY = (Path(__file__).resolve().parent / "sql" / "summary.sql").read_text()
"""The columns that sum up an arrest's offences."""


@action("arrest.sum_up", outside="jobs")
def sum_up_offences(*, arrests: QuerySet[Arrest]) -> None:
    """Writes what the figures need of the offences beside the arrests (see `Arrest`), as imports do: after offences were written
    in another way."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE cases_arrest a
               SET is_drug = s.is_drug, offence_group = s.offence_group, last_offence_on = s.last_offence_on,
                   last_drug_offence_on = s.last_drug_offence_on
              FROM (SELECT arrest_id, {SUMMARY} FROM cases_offence WHERE arrest_id = ANY (%s) GROUP BY arrest_id) AS s
             WHERE a.id = s.arrest_id
            """,  # noqa: S608
            [list(arrests.values_list("pk", flat=True))],
        )
