"""The first job of an import: reads, checks and lays out every row, a batch at a time, in bounded memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.imports.files import rows_of
from cases.imports.laying_out import PERSON_COLUMNS, ROW_COLUMNS, Checker, RowProblem
from cases.imports.models import DataImport, ImportProblem, ImportRow
from partnership.actions import action
from partnership.isolation.acting import acting_for
from partnership.pages.csv_files import Row

BATCH = 5_000
MAX_PROBLEMS = 100_000
"""More problems than this are counted but not kept one by one."""


@action("import.check", outside="jobs", rolls_back=False)
def check(*, data_import: DataImport) -> None:
    """Checks the whole file. Run again after a dead worker it starts over: what it had laid out is removed first."""
    partner_id = data_import.partner_id
    with acting_for(partner_id, role="worker"):
        data_import.problems.all().delete()
        data_import.checked_rows.all().delete()
        data_import.checked_people.all().delete()
        rows = rows_of(data_import)
        _number, first = next(rows, (1, []))
        headings = [str(value).strip() for value in first]
        total = sum(1 for _ in rows)
    _note_progress(data_import, rows_total=total, rows_done=0, rows_bad=0)
    checker = Checker(data_import, headings)
    kept_problems = 0
    stream = _stream(data_import)
    next(stream, None)  # the heading
    done = 0
    while batch := list(_take(stream, BATCH)):
        problems: list[RowProblem] = []
        lines = [checker.lay_out(number, values, problems) for number, values in batch]
        with acting_for(partner_id, role="worker"):
            _copy("cases_importperson", PERSON_COLUMNS, checker.people)
            _copy("cases_importrow", ROW_COLUMNS, list(filter(None, lines)))
            kept = problems[: max(0, MAX_PROBLEMS - kept_problems)]
            _keep_problems(data_import, kept)
        checker.people.clear()
        kept_problems += len(kept)
        done += len(batch)
        _note_progress(data_import, rows_done=done)
    with acting_for(partner_id, role="worker"):
        conflicts = _reject_people_by_two_numbers(data_import)
        if data_import.kind == DataImport.Kind.ARRESTS:
            conflicts += _reject_conflicting_arrests(data_import)
        elif data_import.kind == DataImport.Kind.PARTICIPANTS:
            conflicts += _reject_second_open_participations(data_import)
        rejected = checker.rows_bad + conflicts
        data_import.unmapped_codes = dict(checker.unmapped.most_common(200))
        data_import.rows_bad = rejected
        is_clean = not rejected and total > 0
        data_import.state = (
            DataImport.State.LOADING if data_import.loads_if_clean and is_clean else DataImport.State.CHECKED
        )
        if data_import.state == DataImport.State.LOADING:
            data_import.rows_done = data_import.slices_done = 0
        data_import.changed_at = timezone.now()
        data_import.save(
            update_fields=["unmapped_codes", "rows_bad", "rows_done", "slices_done", "state", "changed_at"]
        )


def _stream(data_import: DataImport) -> Iterator[Row]:
    """Rows read outside the batch transactions: each piece of the file is fetched in a transaction of its own."""
    rows = rows_of(data_import)
    while True:
        with acting_for(data_import.partner_id, role="worker"):
            some = list(_take(rows, BATCH))
        if not some:
            return
        yield from some


def _take(items: Iterator[Any], number: int) -> Iterator[Any]:
    for _ in range(number):
        try:
            yield next(items)
        except StopIteration:
            return


def _note_progress(data_import: DataImport, **values: int) -> None:
    with acting_for(data_import.partner_id, role="worker"):
        DataImport.objects.filter(pk=data_import.pk).update(changed_at=timezone.now(), **values)
        for name, value in values.items():
            setattr(data_import, name, value)


def _copy(table: str, columns: str, lines: list[str]) -> None:
    """COPY into a temporary table, then INSERT: PostgreSQL allows no COPY into a table with row-level security."""
    if not lines:
        return
    with connection.cursor() as cursor:
        # The rows are of use only once the check has ended, whose own commit waits for all before it.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        cursor.execute(
            f"CREATE TEMPORARY TABLE laid_out ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0"  # noqa: S608
        )
        cursor.copy_expert(f"COPY laid_out ({columns}) FROM STDIN", io.StringIO("".join(lines)))
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM laid_out ON CONFLICT DO NOTHING"  # noqa: S608
        )
        cursor.execute("DROP TABLE laid_out")


def _keep_problems(data_import: DataImport, problems: list[RowProblem]) -> None:
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                partner_id=data_import.partner_id,
                data_import=data_import,
                row=row,
                column=column[:100],
                reason=reason,
                values=json.dumps([str(value) for value in values], ensure_ascii=False),
            )
            for row, column, reason, values in problems
        ],
        batch_size=1000,
    )


def _reject_people_by_two_numbers(data_import: DataImport) -> int:
    """Rejects rows of people whom the file knows by several numbers with one identity code, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH people AS MATERIALIZED (
              SELECT DISTINCT person_key, code_index FROM cases_importperson WHERE data_import_id = %s AND code_index <> '')
            SELECT DISTINCT person_key FROM people
             WHERE person_key IN (SELECT person_key FROM people GROUP BY 1 HAVING count(*) > 1)
                OR code_index IN (SELECT code_index FROM people GROUP BY 1 HAVING count(*) > 1)
            """,
            [data_import.pk],
        )
        keys = [key for (key,) in cursor.fetchall()]
    rows = ImportRow.objects.filter(data_import=data_import, person_key__in=keys)
    return _reject(data_import, rows, "person_number", "number_conflict")


def _reject_conflicting_arrests(data_import: DataImport) -> int:
    """Rejects rows of one arrest number that disagree on what an arrest has once; returns how many."""
    rows = ImportRow.objects.filter(data_import=data_import)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM cases_importrow WHERE data_import_id = %s GROUP BY key HAVING min(head_hash) <> max(head_hash)",
            [data_import.pk],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return _reject(data_import, rows.filter(key__in=keys), "arrest_number", "conflicting_rows")


def _reject_second_open_participations(data_import: DataImport) -> int:
    """Rejects open participations beside another open one of the person in the programme; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH open AS MATERIALIZED (
              SELECT r.id, r.person_key, r.programme_number, r.happened_on, r.partner_id, p.code_index
                FROM cases_importrow r JOIN cases_importperson p
                  ON p.data_import_id = r.data_import_id AND p.version = r.person_version
               WHERE r.data_import_id = %s AND r.other_on IS NULL)
            SELECT r.id FROM open r
             WHERE EXISTS (SELECT FROM open o WHERE o.person_key = r.person_key
                              AND o.programme_number = r.programme_number AND o.happened_on <> r.happened_on)
                OR EXISTS (SELECT FROM cases_person p JOIN cases_enrolment e ON e.person_id = p.id
                            WHERE p.partner_id = r.partner_id AND p.source_key = r.person_key AND p.source_key <> ''
                              AND e.programme_id = r.programme_number AND e.ended_on IS NULL AND e.started_on <> r.happened_on)
                OR EXISTS (SELECT FROM cases_person p JOIN cases_enrolment e ON e.person_id = p.id
                            WHERE p.partner_id = r.partner_id AND p.code_index = r.code_index AND p.code_index <> ''
                              AND e.programme_id = r.programme_number AND e.ended_on IS NULL AND e.started_on <> r.happened_on)
            """,
            [data_import.pk],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return _reject(data_import, ImportRow.objects.filter(pk__in=ids), "started_on", "two_open")


def _reject(data_import: DataImport, rows: Any, column: str, reason: str) -> int:
    """Moves laid-out rows to the problems. Their text is read from the file again, since names are encrypted here."""
    numbers = dict(rows.values_list("row", "id"))
    if not numbers:
        return 0
    problems: list[RowProblem] = []
    for number, values in rows_of(data_import):
        if number in numbers:
            problems.append((number, data_import.mapping.get(column, ""), reason, values))
    _keep_problems(data_import, problems)
    with transaction.atomic():
        rows.delete()
    return len(numbers)
