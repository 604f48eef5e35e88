"""Reading uploaded files: CSV with comma, semicolon or tab, UTF-8 (with or without BOM) or Windows-1252; XLSX.

A file is kept in encrypted pieces in the database until its import is done, so that any worker can read it and the
isolation of partners holds for it as well.
"""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.imports.models import DataImport, ImportChunk
from cases.imports.sheets import MOST_COLUMNS, Row, UnreadableFile, for_all_rows, sheet_rows

CHUNK = 1024 * 1024
LONGEST_ROW = 1024 * 1024
"""Characters."""
csv.field_size_limit(LONGEST_ROW)


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


def find_delimiter(first_line: str) -> str:
    """Semicolon, comma or tab, whichever the first line has most of."""
    return max(";,\t", key=first_line.count)


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
            chunk = ImportChunk.objects.filter(data_import=self.data_import, number=self.number).values_list(
                "data", flat=True
            )
            piece = chunk.first()
            if piece is None:
                return 0
            self.rest = memoryview(piece)
            self.number += 1
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


class _Lines:
    """The lines of a text, for the CSV reader, which would take a line or a row of any length."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text = text
        self.row_length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_ROW)
        self.row_length += len(line)
        if not line:
            raise StopIteration
        if self.row_length >= LONGEST_ROW:
            raise UnreadableFile(_("A row of this file is too long: is a quotation mark missing?"))
        return line


def csv_rows(text: io.TextIOBase, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV text with their number, from 1; empty ones are left out, but counted. Raises UnreadableFile."""
    lines = _Lines(text)
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            lines.row_length = 0
            if len(row) > MOST_COLUMNS:
                raise UnreadableFile(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
            if any(value.strip() for value in row):
                yield number, row
    except csv.Error as error:
        raise UnreadableFile(_("This is not a text file: save it as XLSX or CSV.")) from error


def rows_of(data_import: DataImport) -> Iterator[Row]:
    """The rows of a stored file, its heading first; empty rows are left out, but counted. Raises UnreadableFile."""
    stream = io.BufferedReader(_Chunks(data_import), CHUNK)
    if data_import.delimiter:
        text = io.TextIOWrapper(stream, encoding=data_import.encoding, errors="replace", newline="")
        yield from csv_rows(text, data_import.delimiter)
        return
    with tempfile.TemporaryFile() as file:  # a spreadsheet is a ZIP archive, which is read from its end
        while piece := stream.read(CHUNK):
            file.write(piece)
        yield from sheet_rows(file, for_all_rows())
