"""Who wants to stop the portal: files, bodies, headers and addresses that cost much or are nonsense (trust.md, "Availability")."""

from __future__ import annotations

import io
import multiprocessing
import resource
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.imports.files import csv_rows
from cases.imports.ndjson import as_csv
from cases.imports.sheets import UnreadableFile, first_row, for_all_rows, sheet_rows
from tests.attack.hostile_files import bombs, sheet, workbook

BOMBS = bombs()
MOST_SECONDS, MOST_MEGABYTES = 1, 50


def cost(read: Any) -> tuple[str, float, float]:
    """How it ended, seconds of the processor, and megabytes of memory; in a process of its own, whose memory can be seen."""

    def work(answer: Any) -> None:
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        try:
            ending = str(read())
        except UnreadableFile:
            ending = "refused"
        except BaseException as error:
            ending = repr(error)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        answer.send((ending, time.process_time() - started, memory / 1024))

    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=work, args=(theirs,))
    process.start()
    ending, seconds, megabytes = ours.recv()
    process.join()
    return ending, seconds, megabytes


class TestSpreadsheets:
    @pytest.mark.parametrize("bomb", BOMBS)
    def test_a_look_at_the_headings_costs_little_whatever_the_file_claims(self, bomb):
        ending, seconds, megabytes = cost(lambda: first_row(io.BytesIO(BOMBS[bomb])))
        assert ending in {"refused", "[]", "['arrest_number', 'arrested_on']", "['', 1]", "['', '']"}, ending
        assert seconds < MOST_SECONDS, seconds
        assert megabytes < MOST_MEGABYTES, megabytes

    def test_the_headings_stand_where_they_may(self):
        """After empty rows, in texts that cells share, with a reading aid that is no part of them."""
        strings = "<sst><si/><si><t>B</t></si><si><r><t>A</t></r><r><t>1</t></r><rPh><t>no</t></rPh></si></sst>"
        rows = '<row r="1"/><row r="3"><c r="A3" t="s"><v>2</v></c><c r="C3" t="s"><v>1</v></c></row>'
        book = workbook(sheet=sheet(f"<sheetData>{rows}</sheetData>"), strings=strings)
        assert first_row(io.BytesIO(book)) == ["A1", "", "B"]
        assert list(sheet_rows(io.BytesIO(book), for_all_rows())) == [(3, ["A1", "", "B"])]

    @pytest.mark.parametrize("bomb", ["a row number of 20 million", "a cell of 60 million characters", "entities in the sheet", "a shared text of 60 million characters"])  # fmt: skip
    def test_nor_does_the_job_that_reads_all_of_it_pay(self, bomb):
        ending, seconds, megabytes = cost(lambda: list(sheet_rows(io.BytesIO(BOMBS[bomb]), for_all_rows())))
        assert (ending, seconds < 5, megabytes < 300) == ("refused", True, True), (ending, seconds, megabytes)


class TestTextFiles:
    @pytest.mark.parametrize(
        "text",
        ["a;b\n" + ";" * 30_000_000, "a;b\n" + '"x\n";' * 5_000_000, 'a;b\n"' + "x" * 30_000_000, "a;b\n" + "1;" * 501],
        ids=["30 million columns", "a row of 5 million lines", "a quotation mark that nothing ends", "501 columns"],
    )
    def test_a_row_has_an_end(self, text):
        ending, seconds, megabytes = cost(lambda: list(csv_rows(io.StringIO(text), ";")))
        assert (ending, seconds < 5, megabytes < 200) == ("refused", True, True), (ending, seconds, megabytes)

    @pytest.mark.parametrize(
        "line",
        [b"[" * 100_000, b'{"a":' * 100_000, b'{"district": {"a": 1}}', b'{"district": "\\ud800"}', b"9" * 5000, b"\xff\xfe",
         b'{"district": ' + b"9" * 5000 + b"}", b'{"district": "' + b"x" * 3_000_000 + b'"}'],
        ids=["lists", "objects", "an object in a field", "half a character", "a number", "not UTF-8", "5,000 digits", "3 MB"],
    )  # fmt: skip
    def test_a_line_of_ndjson_that_is_no_row_is_named(self, line):
        with pytest.raises(UnreadableFile, match="Line 2 "):
            as_csv(SimpleUploadedFile("a.ndjson", b'{"district": "H1"}\n' + line), ["district"])
