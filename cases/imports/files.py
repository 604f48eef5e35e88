"""Reading uploaded files: CSV with comma, semicolon or tab, UTF-8 (with or without BOM) or Windows-1252; XLSX.

A file is kept in encrypted pieces in the database until its import is done, so that any worker can read it and the
isolation of partners holds for it as well.
"""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.imports import keeping
from cases.imports.models import DataImport, ImportChunk
from cases.imports.sheets import MOST_COLUMNS, Row, UnreadableFile, first_rows, for_all_rows, sheet_rows
from partnership.isolation.encryption import normalise_name

CHUNK = 1024 * 1024
LONGEST_ROW = 1024 * 1024
"""Characters."""
csv.field_size_limit(LONGEST_ROW)
MOST_LINES = 50
"""Over which a value in quotation marks may go."""
MOST_UNCLOSED = 1_000
"""More unclosed quotation marks than this, and the file is none that a system wrote."""
LOOKED_AT = 20
"""Rows at a file's beginning among which its headings are looked for."""


def pieces(file: UploadedFile[bytes]) -> Iterator[bytes]:
    """The file from its start, a megabyte at a time, however the upload was received."""
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece


def find_encoding(chunks: Iterable[bytes]) -> str:
    """utf-8-sig where the bytes are UTF-8, else cp1252, in which Finnish and Swedish systems of old wrote."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


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


class UnclosedQuote(list[str]):
    """A row of which a quotation mark is opened and never closed: its line as one value. The rows after it are not part of it."""


class _Lines:
    """The lines of a text with their numbers; some can be given back. Raises UnreadableFile for one of any length."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text = text
        self.number = 0
        self.given_back: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.given_back.popleft() if self.given_back else self.text.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_ROW:
            raise UnreadableFile(_("A row of this file is too long: is a quotation mark missing?"))
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self.given_back.extendleft(reversed(lines))
        self.number -= len(lines)


def csv_rows(text: io.TextIOBase, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV text with the number of their first line, from 1; empty ones are left out.

    A value in quotation marks may go over several lines. One whose end is not found within `MOST_LINES`, or only in the
    middle of a later row, is an `UnclosedQuote`. Raises UnreadableFile.
    """
    lines = _Lines(text)
    width = 0
    unclosed: list[int] = []
    for line in lines:
        number = lines.number
        row = _quoted(line, lines, delimiter, width) if '"' in line else line.rstrip("\r\n").split(delimiter)
        if len(row) > MOST_COLUMNS:
            raise UnreadableFile(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
        if isinstance(row, UnclosedQuote):
            unclosed.append(number)
            if len(unclosed) > MOST_UNCLOSED:
                raise UnreadableFile(
                    _("Too many quotation marks are not closed, the first on line %(number)s.")
                    % {"number": unclosed[0]}
                )
        if any(value.strip() for value in row):
            width = width or len(row)
            yield number, row


def _quoted(line: str, lines: _Lines, delimiter: str, width: int) -> list[str]:
    """The row that begins with this line, which holds quotation marks; `width` is that of the file's first row."""
    reader = csv.reader([line, ""], delimiter=delimiter)
    try:
        row = next(reader)
        if reader.line_num == 1:
            return row
        more: list[str] = []
        whole = csv.reader(_noting(more, [line], lines), delimiter=delimiter, strict=True)
        try:
            row = next(whole)
        except csv.Error:  # text after a closing mark, or no end: the mark that closed it was another row's
            row = []
        if row and len(row) == (width or len(row)):
            return row
    except csv.Error as error:
        raise UnreadableFile(_("This is not a text file: save it as XLSX or CSV.")) from error
    lines.give_back(more)
    return UnclosedQuote([line.rstrip("\r\n")])


def _noting(taken: list[str], first: list[str], lines: _Lines) -> Iterator[str]:
    """The first lines and up to `MOST_LINES` more, which are noted as they are taken."""
    yield from first
    length = len(first[0])
    for line in islice(lines, MOST_LINES):
        taken.append(line)
        length += len(line)
        if length >= LONGEST_ROW:
            return
        yield line


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
