"""The first job of an import: reads, checks and lays out every row, a batch at a time, in bounded memory."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.arrests import iccs
from cases.arrests.models import age_at_offence
from cases.imports.fields import COLUMNS, Column, Problem
from cases.imports.files import rows_of
from cases.imports.models import DataImport, ImportProblem, ImportRow
from cases.imports.sheets import Row
from cases.people.models import Person, Sex
from partnership.actions import action
from partnership.isolation import encryption
from partnership.isolation.acting import acting_for
from partnership.members.models import District

BATCH = 5_000
MAX_PROBLEMS = 100_000
"""More problems than this are counted but not kept one by one."""

LAID_OUT = (
    "partner_id, data_import_id, row, key, head_hash, row_hash, happened_on, other_on, code, local_code, district_id,"
    " age, consents, residents, residents_under_18, person_key, first_names, last_name, born_on, identity_code, sex, birth_year, code_index,"
    " birth_index, code_pseudonym, birth_pseudonym, spelling_hash"
)

# As the register will hold them: loading only moves them.
SEALED: list[Any] = [Person._meta.get_field(name) for name in ("first_names", "last_name", "born_on", "identity_code")]

RowProblem = tuple[int, str, str, list[Any]]  # row, column, reason, values


@action("import.check", outside="jobs", rolls_back=False)
def check(*, data_import: DataImport) -> None:
    """Checks the whole file. Run again after a dead worker it starts over: what it had laid out is removed first."""
    partner_id = data_import.partner_id
    with acting_for(partner_id, role="worker"):
        data_import.problems.all().delete()
        data_import.checked_rows.all().delete()
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
        lines = [line for number, values in batch for line in checker.lay_out(number, values, problems)]
        with acting_for(partner_id, role="worker"):
            _copy(lines)
            kept = problems[: max(0, MAX_PROBLEMS - kept_problems)]
            _keep_problems(data_import, kept)
        kept_problems += len(kept)
        done += len(batch)
        _note_progress(data_import, rows_done=done)
    with acting_for(partner_id, role="worker"):
        if data_import.kind == DataImport.Kind.ARRESTS:
            conflicts = _reject_conflicting_arrests(data_import)
        elif data_import.kind == DataImport.Kind.PARTICIPANTS:
            conflicts = _reject_second_open_participations(data_import)
        else:
            conflicts = 0
        rejected = checker.rows_bad + conflicts
        data_import.unmapped_codes = dict(checker.unmapped.most_common(200))
        data_import.rows_bad = rejected
        is_clean = not rejected and total > 0
        data_import.state = (
            DataImport.State.LOADING if data_import.loads_if_clean and is_clean else DataImport.State.CHECKED
        )
        data_import.rows_done = 0 if data_import.state == DataImport.State.LOADING else data_import.rows_done
        data_import.changed_at = timezone.now()
        data_import.save(update_fields=["unmapped_codes", "rows_bad", "rows_done", "state", "changed_at"])


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


def keyed_hash(*parts: object) -> str:
    """32 hexadecimal digits by which a row is known again, and from which nothing can be guessed without the key."""
    text = "\x1f".join(str(part) for part in parts)
    return hmac.digest(settings.INDEX_KEY.encode(), text.encode(), hashlib.sha256).hex()[:32]


class Checker:
    """Turns rows of a file into lines for COPY, or into problems."""

    def __init__(self, data_import: DataImport, headings: list[str]) -> None:
        self.data_import = data_import
        self.partner_id = data_import.partner_id
        self.is_arrests = data_import.kind == DataImport.Kind.ARRESTS
        place = {heading: position for position, heading in enumerate(headings)}
        self.columns: list[tuple[Column, int]] = [
            (column, place[data_import.mapping[column.name]])
            for column in COLUMNS[data_import.kind]
            if data_import.mapping.get(column.name) in place
        ]
        self.width = max((position for _, position in self.columns), default=0) + 1
        self.headings = headings
        self.districts = {
            encryption.normalise_name(name): pk
            for pk, n, c in District.objects.values_list("pk", "name", "code")
            for name in (n, c)
        }
        self.codes = {local.casefold(): code for local, code in data_import.codes.items()}
        self.rows_bad = 0
        self.unmapped: Counter[str] = Counter()
        # People recur in a file of arrests: encrypting and indexing each once saves most of the work.
        self.person_columns = lru_cache(maxsize=20_000)(self._person_columns)

    def lay_out(self, number: int, values: list[Any], problems: list[RowProblem]) -> list[str]:
        """The COPY line of a row, or none when something is wrong with it. `number` is the row's in the file."""
        faults: list[tuple[str, str]] = []
        read: dict[str, Any] = {}
        if len(values) < self.width:
            faults.append(("", "too_few_columns"))
        else:
            for column, position in self.columns:
                raw = values[position]
                if raw == "" or (isinstance(raw, str) and not raw.strip()):
                    if column.required:
                        faults.append((column.name, "missing"))
                    continue
                try:
                    read[column.name] = column.read(raw)
                except Problem as problem:
                    faults.append((column.name, problem.reason))
            # What could not be read is not missing as well.
            unread = {name for name, _reason in faults}
            faults += [(name, reason) for name, reason in self._faults(read) if name not in unread]
        if faults:
            self.rows_bad += 1
            problems.extend((number, self._heading(name), reason, values) for name, reason in faults)
            return []
        return [self._line(number, read)]

    def _heading(self, name: str) -> str:
        return str(self.data_import.mapping.get(name, ""))

    def _faults(self, read: dict[str, Any]) -> list[tuple[str, str]]:
        faults: list[tuple[str, str]] = []
        code = read.get("identity_code")
        born_on: date | None = code.born_on if code else read.get("born_on")
        if code and read.get("born_on") and read["born_on"] != code.born_on:
            faults.append(("born_on", "birth_differs"))
        if "district" in read:
            district = self.districts.get(encryption.normalise_name(read["district"]))
            if district is None:
                faults.append(("district", "unknown_district"))
            read["district_id"] = district
        if self.data_import.kind == DataImport.Kind.POPULATIONS:
            if read.get("residents_under_18", 0) > read.get("residents", 0):
                faults.append(("residents_under_18", "more_minors"))
            return faults
        happened_on = read.get("arrested_on") or read.get("started_on")
        if born_on and happened_on and born_on > happened_on:
            faults.append(("born_on", "born_after"))
        if self.is_arrests:
            if read.get("offence_on") and happened_on and read["offence_on"] > happened_on:
                faults.append(("offence_on", "offence_after_arrest"))
            if "offence_code" in read:
                local = read["offence_code"]
                read["iccs"] = self.codes.get(local.casefold()) or (local if iccs.is_valid(local) else "")
                if not read["iccs"]:
                    self.unmapped[local] += 1
                    faults.append(("offence_code", "unmapped_code"))
        else:
            if read.get("ended_on") and happened_on and read["ended_on"] < happened_on:
                faults.append(("ended_on", "end_before_start"))
            if read.get("ended_on") and not read.get("end_reason"):
                faults.append(("end_reason", "reason_missing"))
            if not code and not (read.get("last_name") and read.get("first_names") and read.get("born_on")):
                faults.append(("identity_code", "no_identity"))
        return faults

    def _line(self, number: int, read: dict[str, Any]) -> str:
        code = read.get("identity_code")
        born_on: date | None = code.born_on if code else read.get("born_on")
        sex = read.get("sex") or (code.sex if code else Sex.UNKNOWN)
        first_names, last_name = read.get("first_names", ""), read.get("last_name", "")
        code_text = code.text if code else ""
        if "year" in read:
            happened_on = date(read["year"], 12, 31)
        else:
            happened_on = read["arrested_on"] if self.is_arrests else read["started_on"]
        key = read.get("arrest_number", "")
        if "year" in read:
            person_key = keyed_hash("district", read["district_id"], happened_on)
        elif code_text or (last_name and born_on):
            person_key = keyed_hash("person", self.partner_id, code_text or (first_names, last_name, born_on))
        else:
            person_key = keyed_hash("arrest", self.partner_id, key)  # nobody knows who: a person of its own
        person = self.person_columns(person_key, first_names, last_name, born_on, code_text, sex)
        offence_on = read.get("offence_on")
        other_on = offence_on if self.is_arrests else read.get("ended_on")
        iccs_code = read.get("iccs", "") if self.is_arrests else (read.get("end_reason") or "" if other_on else "")
        local_code = read.get("offence_code", "")
        head = keyed_hash(key, happened_on, read.get("district_id"), person_key, first_names, last_name, born_on, sex)
        consents = read.get("consents", False)
        columns = [
            str(self.partner_id),
            str(self.data_import.pk),
            str(number),
            _escape(key),
            head,
            keyed_hash(head, other_on, iccs_code, local_code, consents),
            happened_on.isoformat(),
            other_on.isoformat() if other_on else "\\N",
            iccs_code,
            _escape(local_code),
            str(read.get("district_id") or "\\N"),
            str(age_at_offence(born_on, offence_on, happened_on)) if born_on and self.is_arrests else "\\N",
            "t" if consents else "f",
            str(read.get("residents", "\\N")),
            str(read.get("residents_under_18", "\\N")),
            person_key,
        ]
        return "\t".join(columns) + "\t" + person + "\n"

    def _person_columns(
        self, person_key: str, first_names: str, last_name: str, born_on: date | None, code: str, sex: str
    ) -> str:
        partner_id = self.partner_id
        return "\t".join(
            [
                *(
                    field.seal(value, partner_id)
                    for field, value in zip(SEALED, (first_names, last_name, born_on, code), strict=True)
                ),
                sex,
                str(born_on.year) if born_on else "\\N",
                encryption.code_index(partner_id, code) if code else "",
                encryption.birth_index(partner_id, born_on) if born_on else "",
                encryption.code_pseudonym(code),
                encryption.birth_pseudonym(born_on),
                encryption.spelling_hash(partner_id, person_key, first_names, last_name, str(born_on), sex),
            ]
        )


def _escape(text: str) -> str:
    """For COPY's text format."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy(lines: list[str]) -> None:
    """COPY into a temporary table, then INSERT: PostgreSQL allows no COPY into a table with row-level security."""
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE laid_out ON COMMIT DROP AS SELECT {LAID_OUT} FROM cases_importrow LIMIT 0"  # noqa: S608
        )
        cursor.copy_expert(f"COPY laid_out ({LAID_OUT}) FROM STDIN", io.StringIO("".join(lines)))
        cursor.execute(f"INSERT INTO cases_importrow ({LAID_OUT}) SELECT {LAID_OUT} FROM laid_out")  # noqa: S608
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
            SELECT r.id FROM cases_importrow r
             WHERE r.data_import_id = %(pk)s AND r.other_on IS NULL AND (
                   EXISTS (SELECT FROM cases_importrow o WHERE o.data_import_id = r.data_import_id AND o.other_on IS NULL
                            AND o.person_key = r.person_key AND o.happened_on <> r.happened_on)
                OR EXISTS (SELECT FROM cases_person p JOIN cases_enrolment e ON e.person_id = p.id
                            WHERE p.partner_id = r.partner_id AND p.source_key = r.person_key AND p.source_key <> ''
                              AND e.programme_id = %(programme)s AND e.ended_on IS NULL AND e.started_on <> r.happened_on)
                OR EXISTS (SELECT FROM cases_person p JOIN cases_enrolment e ON e.person_id = p.id
                            WHERE p.partner_id = r.partner_id AND p.code_index = r.code_index AND p.code_index <> ''
                              AND e.programme_id = %(programme)s AND e.ended_on IS NULL AND e.started_on <> r.happened_on))
            """,
            {"pk": data_import.pk, "programme": data_import.programme_id},
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
