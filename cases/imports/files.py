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
from typing import Any, BinaryIO
from zipfile import BadZipFile

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.imports.models import DataImport, ImportChunk
from partnership.isolation.errors import RuleError

CHUNK = 1024 * 1024
csv.field_size_limit(1024 * 1024)


class UnreadableFile(RuleError):
    """The file can't be read. Save it again in the format that `detail` names, or mend the line that it names."""

    code = "unreadable_file"


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


Row = tuple[int, list[Any]]
"""A row's number in the file, the heading's being 1, and its values."""


def rows_of(data_import: DataImport) -> Iterator[Row]:
    """The rows of a stored file, its heading first; empty rows are left out, but counted."""
    stream = io.BufferedReader(_Chunks(data_import), CHUNK)
    if data_import.delimiter:
        text = io.TextIOWrapper(stream, encoding=data_import.encoding, errors="replace", newline="")
        yield from filled(csv.reader(text, delimiter=data_import.delimiter))
        return
    with tempfile.TemporaryFile() as file:  # a spreadsheet is a ZIP archive, which is read from its end
        while piece := stream.read(CHUNK):
            file.write(piece)
        file.seek(0)
        yield from filled(sheet_rows(file))


def filled(rows: Iterable[Iterable[Any]]) -> Iterator[Row]:
    """Rows with their number in the file, from 1; empty ones are left out."""
    for number, row in enumerate(rows, start=1):
        values = ["" if value is None else value for value in row]
        if any(str(value).strip() for value in values):
            yield number, values


def sheet_rows(file: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """The rows of a workbook's first sheet."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableFile(_("This is not a spreadsheet that can be read: save it as XLSX or CSV.")) from error
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
