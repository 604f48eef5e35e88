"""Files of arrests and participants: nothing is written before it is confirmed, and nothing twice."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from cases.arrests.models import Arrest, Feed, Offence
from cases.enrolments.models import Enrolment
from cases.imports import actions as imports
from cases.imports import checking
from cases.imports.codes import Codes, read_table
from cases.imports.fields import Problem, read_date
from cases.imports.jobs import run_import
from cases.imports.models import (
    KINDS_BY_PARTNER,
    DataImport,
    ImportChunk,
    ImportMapping,
    ImportPerson,
    ImportProblem,
    ImportRow,
)
from cases.people import identity_code
from cases.people.models import Person
from partnership.audit_trail.models import ReadLog, RecordChange
from partnership.events.models import OutboxEvent
from partnership.isolation import encryption
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.pages.csv_files import csv_rows
from partnership.pages.downloads import guard_formula
from programs.catalogue.models import Programme
from tests.measuring import about
from tests.world import World, database_role, link, on_web, pseudonyms_of

HEADINGS = [
    "arrest_number",
    "arrested_on",
    "offence_code",
    "offence_on",
    "district",
    "identity_code",
    "last_name",
    "first_names",
    "born_on",
    "sex",
]
CODE = "131052-308T"


def row(**changes: str) -> dict[str, str]:
    values = {
        "arrest_number": "K-1",
        "arrested_on": "2025-03-01",
        "offence_code": "060111",
        "offence_on": "2025-02-28",
        "district": "Harbour",
        "identity_code": CODE,
        "last_name": "Mäkinen",
        "first_names": "Örjan",
        "born_on": "",
        "sex": "",
    }
    return values | changes


def csv_of(rows: list[dict[str, str]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADINGS)
    writer.writerows([[r[h] for h in HEADINGS] for r in rows])
    return out.getvalue().encode(encoding)


def upload(
    world: World, content: bytes, name: str = "arrests.csv", by: Acting | None = None, **extra: Any
) -> DataImport:
    by = by or world.data_officer
    kind = DataImport.Kind.ARRESTS if by.partner.kind == "police" else DataImport.Kind.PARTICIPANTS
    if kind == DataImport.Kind.ARRESTS:
        extra = {"complete_through": date(2025, 6, 30), "district_ids": [world.city.pk]} | extra
    with on_web(by):
        return imports.upload(by=by, kind=kind, file=SimpleUploadedFile(name, content), **extra)


def work(data_import: DataImport) -> DataImport:
    """The job, in the worker role."""
    with database_role("worker"):
        run_import(data_import.pk, data_import.partner_id)
    data_import.refresh_from_db()
    return data_import


def check(
    world: World, data_import: DataImport, codes: dict[str, str] | None = None, by: Acting | None = None
) -> DataImport:
    with on_web(by or world.data_officer):
        imports.start_check(
            by=by or world.data_officer, data_import=data_import, mapping=data_import.mapping, codes=codes or {}
        )
    return work(data_import)


def confirm(world: World, data_import: DataImport, by: Acting | None = None) -> DataImport:
    with on_web(by or world.data_officer):
        imports.confirm(by=by or world.data_officer, data_import=data_import)
    return work(data_import)


def load(world: World, content: bytes, **extra: Any) -> DataImport:
    data_import = check(world, upload(world, content, **extra))
    return confirm(world, data_import)


def problems(data_import: DataImport) -> list[tuple[int, str, str]]:
    return list(
        ImportProblem.objects.filter(data_import=data_import)
        .order_by("row", "id")
        .values_list("row", "column", "reason")
    )


class TestReading:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_any_delimiter_and_encoding_gives_the_same_names(self, world, delimiter, encoding):
        done = load(world, csv_of([row()], delimiter, encoding))
        assert done.state == DataImport.State.DONE
        person = Person.objects.get(partner=world.police)
        assert (person.last_name, person.first_names, person.born_on) == ("Mäkinen", "Örjan", date(1952, 10, 13))

    def test_a_spreadsheet_with_real_dates(self, world):
        book = openpyxl.Workbook()
        book.active.append(HEADINGS)
        book.active.append(
            ["K-9", datetime(2025, 3, 1, 22, 5), "060111", None, "H1", CODE, "Mäkinen", "Örjan", None, None]
        )
        out = io.BytesIO()
        book.save(out)
        load(world, out.getvalue(), name="arrests.xlsx")
        assert Arrest.objects.get().arrested_on == date(2025, 3, 1)

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2025-03-01", (2025, 3, 1)),
            ("1.3.2025", (2025, 3, 1)),
            ("01/03/2025", (2025, 3, 1)),
            ("20250301", (2025, 3, 1)),
            ("2024-02-29T23:59", (2024, 2, 29)),
        ],
    )
    def test_dates_as_people_write_them(self, text, day):
        assert read_date(text) == date(*day)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("29.2.2025", "bad_date"), ("03-01-2025", "bad_date"), ("2999-01-01", "future_date"), ("1.1.1850", "too_old")],
    )
    def test_dates_that_are_none(self, text, reason):
        with pytest.raises(Problem) as caught:
            read_date(text)
        assert caught.value.reason == reason

    def test_tomorrow_may_be_today_in_the_zone_of_the_file_and_the_day_after_is_not(self):
        today = date.today()
        assert read_date(str(today + timedelta(days=1))) == today + timedelta(days=1)
        with pytest.raises(Problem, match="future_date"):
            read_date(str(today + timedelta(days=2)))

    @pytest.mark.parametrize(
        "content",
        [b"", b"only one heading\n1\n", b"a;a\n1;2\n", b"\x00\x01;\x02\n", b"PK\x03\x04 not a zip"],
        ids=["empty", "one column", "twice", "binary", "broken zip"],
    )
    def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(self, world, content):
        with pytest.raises(imports.UnreadableFile):
            upload(world, content)
        assert not DataImport.objects.exists()

    def test_the_stored_file_is_encrypted_and_gone_when_done(self, world):
        data_import = upload(world, csv_of([row()]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM cases_importchunk")
            assert b"kinen" not in bytes(cursor.fetchone()[0])
        check(world, data_import)
        assert "kinen" not in str([*ImportRow.objects.values(), *ImportPerson.objects.values()])
        confirm(world, data_import)
        assert not ImportChunk.objects.exists()
        assert not ImportRow.objects.exists()
        assert not ImportPerson.objects.exists()
        data_import.refresh_from_db()
        assert data_import.samples == ""

    def test_a_title_and_empty_rows_above_the_headings_are_skipped(self, world):
        content = b"Kiinniotot 2025;;;\r\n\r\n" + csv_of([row(district="Atlantis"), row(arrest_number="K-2")])
        data_import = check(world, upload(world, content))
        assert (data_import.heading_row, data_import.columns) == (3, HEADINGS)
        assert problems(data_import) == [(4, "district", "unknown_district")]
        assert data_import.rows_good == 1

    def test_so_are_those_of_a_spreadsheet(self, world):
        book = openpyxl.Workbook()
        book.active.append(["Arrests of 2025, printed by the system"])
        book.active.append([])
        book.active.append(HEADINGS)
        book.active.append(["K-9", "1.3.2025", "060111", None, "H1", CODE])
        out = io.BytesIO()
        book.save(out)
        assert load(world, out.getvalue(), name="arrests.xlsx").added == 1

    def test_an_unclosed_quotation_mark_costs_its_own_row_and_none_after_it(self, world):
        lines = csv_of([row(arrest_number=f"K-{number}") for number in range(5)]).decode().splitlines()
        lines[2] = lines[2].replace("Mäkinen", '"Mäkinen')
        lines[4] = lines[4].replace("Mäkinen", '"Mäkinen"')
        data_import = check(world, upload(world, "\n".join(lines).encode()))
        assert problems(data_import) == [(3, "", "unclosed_quote")]
        assert (data_import.rows_total, data_import.rows_good) == (5, 4)

    def test_a_value_in_quotation_marks_may_go_over_several_lines(self, world):
        rows = [row(first_names='Örjan\n"Ö"\nKalle'), row(arrest_number="K-2", district="Atlantis")]
        data_import = check(world, upload(world, csv_of(rows)))
        assert problems(data_import) == [(5, "district", "unknown_district")]
        confirm(world, data_import)
        assert Person.objects.get().first_names == 'Örjan\n"Ö"\nKalle'

    @given(st.lists(st.lists(st.text(st.sampled_from('a";\n ä'), max_size=6), min_size=2, max_size=2), max_size=6))
    def test_what_is_written_as_csv_is_read_as_it_was(self, rows):
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows([["x", "y"], *rows])
        read = [values for _number, values in csv_rows(io.StringIO(out.getvalue(), newline=""), ";")]
        assert read == [["x", "y"], *(values for values in rows if any(value.strip() for value in values))]


class TestPreview:
    def test_the_page_says_what_share_is_good_before_what_is_wrong_and_shows_the_value_found(self, world):
        rows = [row(arrest_number=f"K-{number}") for number in range(3)] + [row(district="Atlantis")]
        data_import = check(world, upload(world, csv_of(rows)))
        body = world.client(world.data_officer).get(f"/imports/{data_import.pk}/").content.decode()
        assert (
            body.index("75% of the rows can be loaded")
            < body.index("Columns")
            < body.index("No district has this name")
        )
        told = body[body.index("Problems by row") :]
        assert "Atlantis" in told
        assert "K-1" in told
        assert ReadLog.objects.filter(what="import_problems", object_id=data_import.pk).exists()

    def test_ready_is_said_only_when_something_can_be_loaded(self, world):
        data_import = check(world, upload(world, csv_of([row(district="Atlantis")])))
        body = world.client(world.data_officer).get(f"/imports/{data_import.pk}/").content.decode()
        assert "Ready to confirm" not in body
        assert "Nothing can be loaded yet" in body

    def test_columns_are_chosen_by_values_of_the_file(self, world):
        data_import = upload(world, csv_of([row(last_name="Virtanen")]))
        body = world.client(world.data_officer).get(f"/imports/{data_import.pk}/").content.decode()
        assert "last_name (Virtanen)" in body
        assert "First rows of the file" in body
        with connection.cursor() as cursor:
            cursor.execute("SELECT samples FROM cases_dataimport")
            assert "Virtanen" not in cursor.fetchone()[0]

    def test_nothing_is_written_before_it_is_confirmed(self, world):
        data_import = check(world, upload(world, csv_of([row()])))
        assert (data_import.state, data_import.rows_total, data_import.rows_bad) == (DataImport.State.CHECKED, 1, 0)
        assert not Person.objects.exists()
        assert not Arrest.objects.exists()
        assert not Feed.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "column", "reason"),
        [
            ({"arrest_number": " ", "identity_code": "", "first_names": ""}, "arrest_number", "no_arrest_key"),
            ({"arrested_on": " "}, "arrested_on", "missing"),
            ({"arrested_on": "31.2.2025"}, "arrested_on", "bad_date"),
            ({"arrested_on": "2999-01-01"}, "arrested_on", "future_date"),
            ({"offence_on": "2025-03-02"}, "offence_on", "offence_after_arrest"),
            ({"offence_code": "X 17"}, "offence_code", "unmapped_code"),
            ({"district": "Atlantis"}, "district", "unknown_district"),
            ({"identity_code": "131052-308X"}, "identity_code", "bad_identity_code"),
            ({"born_on": "1952-10-14"}, "born_on", "birth_differs"),
            ({"identity_code": "", "born_on": "2025-03-02"}, "born_on", "born_after"),
            ({"identity_code": "", "born_on": "1899-12-31"}, "born_on", "too_old"),
            ({"sex": "maybe"}, "sex", "bad_sex"),
            ({"last_name": "x" * 101}, "last_name", "too_long"),
        ],
    )
    def test_each_problem_is_told_by_row_column_and_reason(self, world, changes, column, reason):
        good = row(arrest_number="K-0")
        data_import = check(world, upload(world, csv_of([good, row(**changes)])))
        assert problems(data_import) == [(3, column, reason)]
        assert (data_import.rows_total, data_import.rows_bad) == (2, 1)

    def test_rows_of_one_arrest_that_disagree_are_left_out_together(self, world):
        rows = [row(), row(arrested_on="2025-03-02"), row(arrest_number="K-2")]
        data_import = check(world, upload(world, csv_of(rows)))
        assert [(r, reason) for r, _, reason in problems(data_import)] == [
            (2, "conflicting_rows"),
            (3, "conflicting_rows"),
        ]
        assert confirm(world, data_import).added == 1

    def test_rejected_rows_can_be_downloaded_as_they_were_with_their_reasons(self, world):
        data_import = check(world, upload(world, csv_of([row(district="Atlantis", sex="maybe"), row()])))
        body = world.client(world.data_officer).get(f"/imports/{data_import.pk}/problems.csv").body.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(body), delimiter=";"))
        assert len(lines) == 2
        assert lines[1][: len(HEADINGS)] == [row(district="Atlantis", sex="maybe")[h] for h in HEADINGS]
        assert lines[1][-2] == "2"
        assert "district" in lines[1][-1]
        assert "sex" in lines[1][-1]

    def test_what_happened_on_one_day_is_no_problem(self, world):
        born_and_arrested = row(identity_code="", born_on="2025-03-01", offence_on="2025-03-01")
        assert problems(check(world, upload(world, csv_of([born_and_arrested])))) == []

    def test_problems_beyond_the_most_are_counted_and_not_kept(self, world, monkeypatch):
        monkeypatch.setattr(checking, "MAX_PROBLEMS", 3)
        monkeypatch.setattr(checking, "BATCH", 2)
        rows = [row(arrest_number=f"K-{number}", district="Atlantis") for number in range(5)]
        data_import = check(world, upload(world, csv_of(rows)))
        assert (len(problems(data_import)), data_import.rows_bad) == (3, 5)

    def test_a_short_row_is_a_problem_not_a_crash(self, world):
        data_import = check(world, upload(world, csv_of([row()]) + b"K-7;2025-01-01\n"))
        assert problems(data_import) == [(3, "", "too_few_columns")]

    @given(st.text(max_size=20))
    def test_no_cell_of_a_download_runs_as_a_formula(self, text):
        assert guard_formula(text)[:1] not in {"=", "+", "@", "\t", "\r", "\n"}

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "@SUM(A1)", "-A1", "-2+3+cmd|' /C calc'!A0", "-", "\t=1+1", "\r=1+1", "\n=1+1"]
    )
    def test_what_begins_as_a_formula_does_gets_an_apostrophe(self, text):
        assert guard_formula(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["-2", "-2.5", "-3,5 %", "-1\u00a0200", "2-3", "A=B", "", "–", " x"])
    def test_numbers_and_words_stay_as_they_are(self, text):
        assert guard_formula(text) == text


class TestCodesAndColumns:
    def test_local_codes_are_mapped_and_the_choice_is_remembered(self, world):
        content = csv_of([row(offence_code="X 17")])
        data_import = check(world, upload(world, content))
        assert data_import.unmapped_codes == {"X 17": 1}
        data_import = check(world, data_import, codes={"X 17": "060111"})
        confirm(world, data_import)
        assert Offence.objects.get().iccs == "060111"
        assert Offence.objects.get().local_code == "X 17"
        again = check(world, upload(world, content))
        assert again.rows_bad == 0

    def test_columns_are_guessed_by_their_finnish_names_and_remembered_per_partner(self, world):
        content = (
            "Kiinniottonumero;Päivä;Rikosnimike;Kunta;Henkilötunnus\nK-1;1.3.2025;060111;Harbour;131052-308T\n".encode()
        )
        data_import = upload(world, content)
        assert data_import.mapping == {
            "arrest_number": "Kiinniottonumero", "arrested_on": "Päivä", "offence_code": "Rikosnimike", "district": "Kunta", "identity_code": "Henkilötunnus",
        }  # fmt: skip
        check(world, data_import)
        with on_web(world.other_data_officer):
            assert not ImportMapping.objects.exists()

    def test_a_required_column_must_be_chosen(self, world):
        data_import = upload(world, b"x;y\n1;2\n")
        with pytest.raises(imports.MappingIncomplete, match="Day of arrest"), on_web(world.data_officer):
            imports.start_check(by=world.data_officer, data_import=data_import, mapping={}, codes={})

    @pytest.mark.parametrize(
        ("headings", "field"),
        [
            ("Ilmoitusnumero;Kiinniottoaika;Nimike;Tapahtumakunta;Hetu", "arrest_number"),
            ("Anmälningsnummer;Gripandedatum;Brottsrubricering;Kommun;Personbeteckning", "arrest_number"),
        ],
    )
    def test_finnish_and_swedish_headings_are_known(self, world, headings, field):
        content = f"{headings}\nK-1;1.3.2025;RL 50:2a;Harbour;131052-308T\n"
        data_import = check(world, upload(world, content.encode()))
        assert (data_import.rows_bad, set(data_import.mapping)) == (
            0, {"arrest_number", "arrested_on", "offence_code", "district", "identity_code"},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("law", "code"),
        [
            ("RL 50:1", "06012"),
            ("RL 50 luku 2 a §", "060111"),
            ("SL 50 kap. 2 a §", "060111"),
            ("50:4a", "060129"),
            ("Törkeä huumausainerikos", "06012"),
            ("straffbart bruk av narkotika", "060111"),
            ("RL 28:1 § 1 mom.", "05"),
            ("060122", "060122"),
            ("RL 50:7", ""),
            ("X 17", ""),
        ],
    )
    def test_sections_of_the_criminal_code_are_known(self, law, code):
        assert Codes({}).iccs_of(law) == code

    def test_the_nearest_rule_counts(self):
        codes = Codes({"H*": "05", "HU*": "0601", "HU 7": "060111", "RL 50:1": "060121", "*": "11"})
        found = [codes.iccs_of(code) for code in ("hu 7", "HU 8", "H 1", "RL 50:1", "RL 50:2a", "060122", "Z")]
        assert found == ["060111", "0601", "05", "060121", "060111", "060122", "11"]

    def test_a_pasted_table_is_read_as_spreadsheets_give_it(self):
        text = "Koodi\tNimi\tICCS\nHU 7\tHuumausainerikos\t60111\n\nHU*;0601\n060121 · Trafficking of drugs, HU 9\n"
        assert read_table(text) == {"HU 7": "060111", "HU*": "0601", "HU 9": "060121"}
        with pytest.raises(Invalid, match="Line 2 holds no ICCS code: HU 8;nothing"):
            read_table("HU 7;0601\nHU 8;nothing")

    def test_codes_are_mapped_in_bulk_on_the_page(self, world):
        rows = [row(arrest_number=f"K-{n}", offence_code=code) for n, code in enumerate(["HU 7", "HU 8", "Z", "Y"])]
        data_import = check(world, upload(world, csv_of(rows)))
        form = {f"column_{name}": name for name in HEADINGS} | {
            "table": "HU 7\t060111", "rest": "11", "source": "Patja",
            "table_file": SimpleUploadedFile("codes.csv", b"code;iccs\nHU*;0601\n"),
        }  # fmt: skip
        client = world.client(world.data_officer)
        assert client.post(f"/imports/{data_import.pk}/", form).status_code == 302
        work(data_import)
        assert confirm(world, data_import).added == 4
        assert sorted(Offence.objects.values_list("iccs", flat=True)) == ["0601", "060111", "11", "11"]
        assert ImportMapping.objects.get(source="Patja").codes == {"HU 7": "060111", "HU*": "0601", "*": "11"}
        again = upload(world, csv_of(rows))
        client.post(f"/imports/{again.pk}/", form | {"table": "HU*\t05", "table_file": "", "rest": ""})
        assert work(again).unmapped_codes == {"Z": 1, "Y": 1}
        assert again.codes == {"HU*": "05"}

    def test_two_feeds_of_a_partner_are_remembered_apart_and_recognised_by_their_columns(self, world):
        one = csv_of([row(offence_code="7")])
        other = b"Nro;Pvm;Laji;Paikka;Hetu\nK-2;1.3.2025;7;Harbour;131052-308T\n"
        check(world, upload(world, one, name="patja.csv"), codes={"7": "060111"})
        data_import = upload(world, other, name="vitja 2025-03.csv")
        assert (data_import.source, data_import.codes) == ("vitja", {})
        chosen = {"arrest_number": "Nro", "arrested_on": "Pvm", "offence_code": "Laji", "district": "Paikka"}
        with on_web(world.data_officer):
            imports.start_check(by=world.data_officer, data_import=data_import, mapping=chosen, codes={"7": "05"})
        assert (upload(world, one).source, upload(world, one).codes) == ("patja", {"7": "060111"})
        again = upload(world, other, name="vitja 2025-04.csv")
        assert (again.source, again.codes, again.mapping["offence_code"]) == ("vitja", {"7": "05"}, "Laji")


class TestOwnNumbers:
    """The sender's own number of a person says who it is; an identity code or a name is then not needed."""

    HEADING = "arrest_number;arrested_on;offence_code;district;person_number;identity_code;last_name;first_names\n"

    def load(self, world: World, *lines: str) -> DataImport:
        return load(world, (self.HEADING + "\n".join(lines)).encode())

    def test_arrests_with_one_number_are_one_persons(self, world):
        self.load(world, "K-1;2025-03-01;0601;H1;P-7;;;", "K-2;2025-03-02;0601;H1;P-8;;;")
        self.load(world, "K-3;2025-04-01;0601;H1;P-7;;;")
        assert Person.objects.count() == 2
        assert Arrest.objects.get(arrest_number="K-1").person == Arrest.objects.get(arrest_number="K-3").person

    def test_a_code_or_name_that_comes_later_is_added_and_what_is_left_out_takes_nothing_away(self, world):
        self.load(world, "K-1;2025-03-01;0601;H1;P-7;;;")
        self.load(world, f"K-2;2025-03-02;0601;H1;P-7;{CODE};Mäkinen;Örjan")
        self.load(world, "K-3;2025-03-03;0601;H1;P-7;;;")
        person = Person.objects.get()
        assert (person.last_name, person.identity_code, person.birth_year) == ("Mäkinen", CODE, 1952)
        assert person.code_index == encryption.code_index(world.police.pk, CODE)
        assert pseudonyms_of(person)[0] == encryption.code_pseudonym(CODE)

    def test_somebody_who_is_known_by_the_code_is_known_by_the_number_from_then_on(self, world):
        known = world.person(world.police, identity_code=CODE)
        self.load(world, f"K-1;2025-03-01;0601;H1;P-7;{CODE};;")
        self.load(world, "K-2;2025-03-02;0601;H1;P-7;;;")
        assert set(Arrest.objects.values_list("person", flat=True)) == {known.pk}

    @pytest.mark.parametrize("second", [f"P-8;{CODE}", "P-7;010190-900P"])
    def test_two_numbers_of_one_code_or_two_codes_of_one_number_are_a_problem(self, world, second):
        assert identity_code.make(date(1990, 1, 1), 900) == "010190-900P"
        body = (
            f"K-1;2025-03-01;0601;H1;P-7;{CODE};;\nK-2;2025-03-02;0601;H1;{second};;\nK-3;2025-03-02;0601;H1;P-9;;;\n"
        )
        data_import = check(world, upload(world, (self.HEADING + body).encode()))
        assert [(number, reason) for number, _, reason in problems(data_import)] == [
            (2, "number_conflict"),
            (3, "number_conflict"),
        ]


class TestNoArrestNumber:
    def test_offences_of_one_person_day_and_district_are_one_arrest_and_the_file_twice_changes_nothing(self, world):
        rows = [row(arrest_number="", **changes) for changes in (
            {}, {"offence_code": "05"}, {"arrested_on": "2025-03-02"}, {"identity_code": "010190-900P", "first_names": "A"},
        )]  # fmt: skip
        assert load(world, csv_of(rows)).added == 3
        assert load(world, csv_of(rows)).unchanged == 3
        assert (Arrest.objects.count(), Offence.objects.count()) == (3, 4)

    def test_the_column_may_be_missing_altogether(self, world):
        content = b"Pvm;Rikosnimike;Kunta;Hetu\n1.3.2025;RL 50:2a;Harbour;131052-308T\n"
        assert load(world, content).added == 1


@pytest.mark.parametrize("who", ["data_officer", "case_manager", "coordinator"])
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_sample_file_can_be_loaded_as_it_is(world, who, language):
    by = getattr(world, who)
    client = world.client(by)
    client.post("/language/setlang/", {"language": language})
    response = client.get("/imports/sample.csv")
    with on_web(by), override(language):
        data_import = imports.upload(
            by=by, kind=KINDS_BY_PARTNER[by.partner.kind], file=SimpleUploadedFile("s.csv", response.content)
        )
    assert (check(world, data_import, by=by).rows_bad, problems(data_import)) == (0, [])


class TestLoading:
    def test_a_file_imported_twice_adds_nothing(self, world):
        content = csv_of([row(), row(arrest_number="K-2", offence_code="05")])
        first = load(world, content)
        second = load(world, content)
        assert (first.added, first.corrected, first.unchanged) == (2, 0, 0)
        assert (second.added, second.corrected, second.unchanged) == (0, 0, 2)
        assert (Person.objects.count(), Arrest.objects.count(), Offence.objects.count()) == (1, 2, 2)

    def test_a_correction_replaces_by_arrest_number(self, world):
        load(world, csv_of([row(offence_code="060121"), row(offence_code="05")]))
        done = load(world, csv_of([row(arrested_on="2025-03-02", offence_code="060111")]))
        assert (done.added, done.corrected) == (0, 1)
        arrest = Arrest.objects.get()
        assert arrest.arrested_on == date(2025, 3, 2)
        assert [o.iccs for o in arrest.offences.all()] == ["060111"]

    def test_one_arrest_with_several_offences_is_one_arrest(self, world):
        load(world, csv_of([row(offence_code="05"), row(offence_code="060121")]))
        arrest = Arrest.objects.get()
        assert arrest.is_drug
        assert arrest.offences.count() == 2

    def test_a_row_that_stands_twice_counts_once(self, world):
        load(world, csv_of([row(), row()]))
        assert Offence.objects.count() == 1

    def test_the_same_person_in_two_files_is_one_person_with_the_newest_name(self, world):
        load(world, csv_of([row()]))
        load(world, csv_of([row(arrest_number="K-2", last_name="Virtanen")]))
        person = Person.objects.get()
        assert person.last_name == "Virtanen"
        with on_web(world.liaison):
            assert list(Person.objects.found_by(world.police.pk, "virt")) == [person]

    def test_a_person_typed_in_by_hand_is_recognised_by_the_code(self, world):
        known = world.person(world.police, identity_code=CODE)
        load(world, csv_of([row()]))
        assert Arrest.objects.get().person == known

    def test_unknown_people_stay_apart(self, world):
        nobody = {"identity_code": "", "last_name": "", "first_names": ""}
        load(world, csv_of([row(**nobody), row(arrest_number="K-2", **nobody)]))
        assert Person.objects.count() == 2
        assert set(Person.objects.values_list("code_pseudonym", "birth_pseudonym")) == {("", "")}

    def test_the_feed_is_complete_through_the_day_asked_for_and_never_goes_back(self, world):
        load(world, csv_of([row()]))
        load(world, csv_of([row()]), complete_through=date(2025, 1, 1))
        assert Feed.objects.get().complete_through == date(2025, 6, 30)

    def test_a_file_of_which_rows_were_refused_is_not_complete(self, world):
        load(world, csv_of([row()]), complete_through=date(2025, 3, 31))
        bad = [row(arrest_number="K-2"), row(arrest_number="K-3", district="Atlantis")]
        assert load(world, csv_of(bad)).added == 1
        assert Feed.objects.get().complete_through == date(2025, 3, 31)
        load(world, csv_of([row(arrest_number="K-3")]))
        assert Feed.objects.get().complete_through == date(2025, 6, 30)

    def test_age_at_the_offence_not_at_the_arrest(self, world):
        load(
            world,
            csv_of([row(identity_code="", born_on="2007-03-01", offence_on="2025-02-28", arrested_on="2025-03-01")]),
        )
        assert Arrest.objects.get().age_at_offence == 17

    def test_pseudonyms_join_with_the_ngos_own_record(self, world):
        load(world, csv_of([row()]))
        own = world.person(
            world.ngo, identity_code=CODE, last_name="Other", first_names="Name", born_on=date(1952, 10, 13)
        )
        imported = Person.objects.get(partner=world.police)
        assert pseudonyms_of(imported) == [pseudonyms_of(own)[0], pseudonyms_of(imported)[1]]
        assert pseudonyms_of(own)[0] == encryption.code_pseudonym(CODE)
        assert imported.code_index != own.code_index

    def test_the_history_tells_what_an_import_corrected_and_not_what_it_added(self, world):
        load(world, csv_of([row(last_name="Mäkinen")]))
        assert not RecordChange.objects.filter(record="person").exists()
        load(world, csv_of([row(arrest_number="K-2", last_name="Virtanen")]))
        change = RecordChange.objects.get(record="person")
        assert (change.action, change.kind, change.through) == ("import.load", "changed", "job")

    def test_its_arrival_is_announced_once(self, world):
        data_import = load(world, csv_of([row()]))
        work(data_import)  # delivered twice
        assert OutboxEvent.objects.filter(kind="import.done").count() == 1

    def test_a_worker_that_died_between_slices_goes_on_where_it_was(self, world, monkeypatch):
        from cases.imports import loading

        rows = [
            row(arrest_number=f"K-{n}", identity_code=identity_code.make(date(1980, 1, 1 + n % 28), 900 + n))
            for n in range(60)
        ]
        data_import = check(world, upload(world, csv_of(rows)))
        with on_web(world.data_officer):
            imports.confirm(by=world.data_officer, data_import=data_import)
        monkeypatch.setattr(loading, "ROWS_A_SLICE", 1)
        slices = loading.SLICES
        seen: list[int] = []
        real = loading.acting_for

        def dies_after_five(*args: Any, **kwargs: Any) -> Any:
            seen.append(1)
            if len(seen) == 7:
                raise SystemExit("killed")
            return real(*args, **kwargs)

        monkeypatch.setattr(loading, "acting_for", dies_after_five)
        with pytest.raises(SystemExit), database_role("worker"):
            loading.load(data_import=DataImport.objects.get(pk=data_import.pk))
        monkeypatch.undo()
        data_import.refresh_from_db()
        assert 0 < data_import.rows_done < 60
        assert slices == 16
        done = work(data_import)
        assert (done.state, done.added, Arrest.objects.count()) == (DataImport.State.DONE, 60, 60)

    def test_another_partner_finds_none_of_it(self, world):
        data_import = load(world, csv_of([row()]))
        client = world.client(world.other_data_officer)
        for address in ("", "progress/", "problems.csv"):
            assert client.get(f"/imports/{data_import.pk}/{address}").status_code == 404


class TestParticipants:
    HEADING = "identity_code;last_name;first_names;started_on;ended_on;end_reason;consents\n"

    def load(self, world: World, body: str) -> DataImport:
        data_import = upload(world, (self.HEADING + body).encode(), by=world.case_manager, programme=world.programme)
        check(world, data_import, by=world.case_manager)
        return confirm(world, data_import, by=world.case_manager)

    def test_participants_are_enrolled_in_the_programme_once(self, world):
        body = f"{CODE};Mäkinen;Örjan;2024-01-10;2024-05-01;completed;yes\n"
        assert self.load(world, body).added == 1
        assert self.load(world, body).unchanged == 1
        enrolment = Enrolment.objects.get()
        assert (enrolment.programme, enrolment.end_reason, enrolment.measurement_consent) == (
            world.programme,
            "completed",
            True,
        )

    def test_an_end_that_comes_later_corrects(self, world):
        self.load(world, f"{CODE};M;Ö;2024-01-10;;;yes\n")
        assert self.load(world, f"{CODE};M;Ö;2024-01-10;2024-05-01;moved;no\n").corrected == 1
        assert Enrolment.objects.get().measurement_consent is False

    @pytest.mark.parametrize(
        ("line", "column", "reason"),
        [
            (f"{CODE};M;Ö;2024-01-10;2024-01-09;moved;yes", "ended_on", "end_before_start"),
            (f"{CODE};M;Ö;2024-01-10;2024-05-01;;yes", "end_reason", "reason_missing"),
            (f"{CODE};M;Ö;2024-01-10;2024-05-01;bored;yes", "end_reason", "reason_unknown"),
            (f"{CODE};M;Ö;2024-01-10;;;perhaps", "consents", "bad_yes_no"),
            (f"{CODE};M;Ö;2024-01-10;;;", "consents", "missing"),
            (";M;Ö;2024-01-10;;;yes", "identity_code", "no_identity"),
        ],
    )
    def test_each_problem_of_a_participation_is_told(self, world, line, column, reason):
        body = f"{self.HEADING}{line}\n{CODE};M;Ö;2024-01-10;2024-01-10;moved;no\n"
        data_import = upload(world, body.encode(), by=world.case_manager, programme=world.programme)
        check(world, data_import, by=world.case_manager)
        assert problems(data_import) == [(2, column, reason)]

    @pytest.mark.parametrize(("district", "is_taken"), [("Hill", False), ("Harbour", True), ("", True)])
    def test_nobody_takes_part_now_in_a_programme_of_another_district(self, world, district, is_taken):
        world.programme.districts.set([world.city])
        body = f"{self.HEADING.strip()};district\n{CODE};M;Ö;2024-01-10;;;yes;{district}\n"
        data_import = upload(world, body.encode(), by=world.case_manager, programme=world.programme)
        check(world, data_import, by=world.case_manager)
        assert problems(data_import) == ([] if is_taken else [(2, "district", "not_of_district")])

    @pytest.mark.parametrize(
        ("line", "is_taken"),
        [
            (f"{CODE};M;Ö;2024-01-10;;;yes", False),
            (f"{CODE};M;Ö;2024-01-10;2024-05-01;moved;yes", True),  # it happened
        ],
        ids=["open", "ended"],
    )
    def test_nobody_takes_part_now_in_a_programme_for_another_age(self, world, line, is_taken):
        Programme.objects.filter(pk=world.programme.pk).update(age_to=17)
        data_import = upload(
            world, f"{self.HEADING}{line}\n".encode(), by=world.case_manager, programme=world.programme
        )
        check(world, data_import, by=world.case_manager)
        assert problems(data_import) == ([] if is_taken else [(2, "started_on", "not_of_age")])
        Programme.objects.filter(pk=world.programme.pk).update(takes_exceptions=True)
        check(world, data_import, by=world.case_manager)
        assert problems(data_import) == []

    def test_places_are_counted_when_all_is_loaded_and_when_it_is_taken_back(self, world):
        Programme.objects.filter(pk=world.programme.pk).update(places=5)
        free = lambda: Programme.objects.get(pk=world.programme.pk).places_free
        self.load(world, f"{CODE};M;Ö;2024-01-10;;;yes\n")
        assert free() == 4
        self.load(world, f"{CODE};M;Ö;2024-01-10;2024-05-01;moved;yes\n")
        assert free() == 5

    def test_one_choice_says_that_the_whole_file_consents(self, world):
        body = f"identity_code;started_on\n{CODE};2024-01-10\n".encode()
        for consent, is_counted in (("all", True), ("nobody", False)):
            data_import = upload(world, body, by=world.case_manager, programme=world.programme)
            by = world.case_manager
            with on_web(by), pytest.raises(imports.MappingIncomplete, match="Consents"):
                imports.start_check(by=by, data_import=data_import, mapping=data_import.mapping, codes={})
            with on_web(by):
                imports.start_check(
                    by=by, data_import=data_import, mapping=data_import.mapping, codes={}, consent=consent
                )
            work(data_import)
            confirm(world, data_import, by=by)
            assert Enrolment.objects.get().measurement_consent is is_counted

    def test_a_file_may_name_several_programmes_in_any_language(self, world):
        second = Programme.objects.create(partner=world.ngo, name="Vertaistuki", kind="peer_support", accepts=["self"])
        Programme.objects.filter(pk=second.pk).update(name_sv="Kamratstöd")
        theirs = Programme.objects.create(partner=world.other_ngo, name="Theirs", kind="peer_support", accepts=["self"])
        names = (world.programme.name, "VERTAISTUKI", "kamratstöd", str(second.pk), theirs.name, "")
        lines = "".join(f"P-{n};2024-01-1{n};yes;{name}\n" for n, name in enumerate(names))
        by = world.case_manager
        data_import = check(
            world, upload(world, f"person_number;started_on;consents;programme\n{lines}".encode(), by=by), by=by
        )
        assert problems(data_import) == [(6, "programme", "unknown_programme"), (7, "programme", "missing")]
        confirm(world, data_import, by=by)
        assert [e.programme for e in Enrolment.objects.order_by("started_on")] == [
            world.programme,
            second,
            second,
            second,
        ]

    def test_without_a_programme_or_its_column_nothing_is_checked(self, world):
        by = world.case_manager
        data_import = upload(world, f"identity_code;started_on;consents\n{CODE};2024-01-10;yes\n".encode(), by=by)
        with on_web(by), pytest.raises(imports.MappingIncomplete, match="Programme"):
            imports.start_check(by=by, data_import=data_import, mapping=data_import.mapping, codes={})

    def test_an_open_one_beside_an_open_one_on_record_is_a_problem_and_the_same_one_is_not(self, world):
        self.load(world, f"{CODE};M;Ö;2024-01-10;;;yes\n")
        for start, expected in (("2024-02-01", [(2, "started_on", "two_open")]), ("2024-01-10", [])):
            body = f"{self.HEADING}{CODE};M;Ö;{start};;;yes\n"
            data_import = upload(world, body.encode(), by=world.case_manager, programme=world.programme)
            check(world, data_import, by=world.case_manager)
            assert problems(data_import) == expected

    def test_so_is_one_of_somebody_who_is_known_by_name_and_birth_date(self, world):
        heading = "last_name;first_names;born_on;started_on;consents\n"
        line = "Mäkinen;Örjan;1990-05-17;{};yes\n"
        for start, expected in (("2024-01-10", []), ("2024-02-01", [(2, "started_on", "two_open")])):
            body = (heading + line.format(start)).encode()
            data_import = upload(world, body, by=world.case_manager, programme=world.programme)
            check(world, data_import, by=world.case_manager)
            assert problems(data_import) == expected
            if not expected:
                confirm(world, data_import, by=world.case_manager)

    def test_two_open_participations_of_one_person_are_a_problem(self, world):
        data_import = upload(
            world,
            (self.HEADING + f"{CODE};M;Ö;2024-01-10;;;yes\n{CODE};M;Ö;2024-03-10;;;yes\n").encode(),
            by=world.case_manager,
            programme=world.programme,
        )
        check(world, data_import, by=world.case_manager)
        assert [reason for _, _, reason in problems(data_import)] == ["two_open", "two_open"]


@pytest.mark.django_db
def test_rossi_recidivism_data_through_the_import_gives_the_published_counts(world):
    """Rossi, Berk and Lenihan (1980): 432 men released, half with financial aid, followed for 52 weeks; 114 rearrested,
    48 of 216 with aid and 66 of 216 without. The data set comes with lifelines; we make the files and import them."""
    from lifelines.datasets import load_rossi

    from metrics.recidivism.models import RecidivismResult
    from metrics.runs import actions as runs

    aid = Programme.objects.create(partner=world.ngo, name="Financial aid", kind="vocational", accepts=["self"])
    none = Programme.objects.create(partner=world.ngo, name="No financial aid", kind="vocational", accepts=["self"])
    released = date(2022, 1, 3)
    participants: dict[int, list[str]] = {0: [], 1: []}
    arrests = []
    for number, man in load_rossi().iterrows():
        born_on = date(released.year - int(man["age"]), 1 + number % 12, 1 + number % 28)
        code = identity_code.make(born_on, 901 + 2 * (number // 28 % 49))
        participants[int(man["fin"])].append(f"{code};Man {number};R;{released};;;yes")
        if man["arrest"]:
            day = released + timedelta(weeks=int(man["week"]))
            arrests.append(
                row(
                    arrest_number=f"R-{number}",
                    arrested_on=str(day),
                    offence_code="05",
                    offence_on="",
                    identity_code=code,
                    last_name=f"Man {number}",
                    first_names="R",
                )
            )
    for programme, fin in ((aid, 1), (none, 0)):
        content = (TestParticipants.HEADING + "\n".join(participants[fin]) + "\n").encode()
        data_import = check(
            world, upload(world, content, by=world.case_manager, programme=programme), by=world.case_manager
        )
        assert data_import.rows_bad == 0
        assert confirm(world, data_import, by=world.case_manager).added == 216
    assert load(world, csv_of(arrests), complete_through=released + timedelta(days=366)).added == 114

    runs.request_run("test")
    link()
    with database_role("worker"):
        run = runs.compute()
    year = RecidivismResult.objects.filter(run=run, window_months=12, offences="any")
    figures = {r.programme.name: (r.rearrested, r.eligible - r.rearrested) for r in year if r.programme}
    assert figures == {"Financial aid": (about(48), about(168)), "No financial aid": (about(66), about(150))}


def test_the_temporary_table_of_a_batch_does_not_outlive_it(world):
    check(world, upload(world, csv_of([row()])))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'laid_out'")
        assert cursor.fetchone() == (0,)
