"""Reading uploaded files: CSV (partnership/pages/csv_files.py) or XLSX.

A file is kept in encrypted pieces in the database until its import is done, so that any worker can read it and the
isolation of partners holds for it as well.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.imports import keeping
from cases.imports.models import DataImport, ImportChunk
from cases.imports.sheets import first_rows, for_all_rows, sheet_rows
from partnership.isolation.encryption import normalise_name
from partnership.pages.csv_files import CHUNK, LONGEST_ROW, Row, UnreadableFile, csv_rows

LOOKED_AT = 20
"""Rows at a file's beginning among which its headings are looked for."""


class Head(NamedTuple):
    """A file's beginning: where its headings stand, and the first rows below them."""

    delimiter: str
    heading_row: int
    headings: list[str]
    rows: list[list[str]]


def find_head(file: UploadedFile[bytes], encoding: str, known: frozenset[str]) -> Head:
    """The headings of a text file (`encoding`) or spreadsheet (none), below a title if there is one; `known`: names of columns
    as `normalise_name` gives them. Raises UnreadableFile."""
    file.seek(0)
    if not encoding:
        return _head("", first_rows(file, LOOKED_AT), known)  # type: ignore[arg-type]
    text = file.read(64 * 1024).decode(encoding, errors="replace")
    if "\x00" in text:
        raise UnreadableFile(_("This is not a text file: save it as XLSX or CSV."))
    heads = [
        _head(delimiter, list(islice(csv_rows(io.StringIO(text, newline=""), delimiter), LOOKED_AT)), known)
        for delimiter in ";,\t"
    ]
    return max(heads, key=lambda head: (_known(head.headings, known), len(head.headings)))


def _known(row: list[str], known: frozenset[str]) -> int:
    return len({normalise_name(value) for value in row} & known)


def _head(delimiter: str, rows: list[Row], known: frozenset[str]) -> Head:
    """The row with most headings that are known, if two are; else the first that has half as many values as the widest."""
    texts = [(number, [str(value).strip() for value in row]) for number, row in rows]
    if not texts:
        return Head(delimiter, 1, [], [])
    best = max(range(len(texts)), key=lambda place: _known(texts[place][1], known))
    if _known(texts[best][1], known) < 2:
        filled = [sum(1 for value in row if value) for _number, row in texts]
        best = next(place for place, count in enumerate(filled) if 2 * count >= max(filled))
    number, headings = texts[best]
    while headings and not headings[-1]:
        headings.pop()
    return Head(delimiter, number, headings, [row for _number, row in texts[best + 1 :]])


class _Chunks(io.RawIOBase):
    """The file as one stream, decrypting a piece at a time."""

    def __init__(self, data_import: DataImport) -> None:
        self.data_import = data_import
        self.number = 0
        self.rest = memoryview(b"")  # a view, so that taking a little from a large piece copies only that little

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.rest:
            chunk = ImportChunk.objects.filter(data_import=self.data_import, number=self.number).first()
            if chunk is None:
                return 0
            self.rest = memoryview(keeping.piece_of(chunk))
            self.number += 1
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


def rows_of(data_import: DataImport) -> Iterator[Row]:
    """The rows of a stored file, its heading first: titles above it and empty rows are left out, but counted in the rows'
    numbers. Raises UnreadableFile."""
    stream = io.BufferedReader(_Chunks(data_import), CHUNK)
    if data_import.delimiter:
        text = io.TextIOWrapper(stream, encoding=data_import.encoding, errors="replace", newline="")
        for _line in range(1, data_import.heading_row):
            text.readline(LONGEST_ROW)
        for number, row in csv_rows(text, data_import.delimiter):
            yield number + data_import.heading_row - 1, row
        return
    with tempfile.TemporaryFile() as file:  # a spreadsheet is a ZIP archive, which is read from its end
        while piece := stream.read(CHUNK):
            file.write(piece)
        yield from sheet_rows(file, for_all_rows(), data_import.heading_row)
