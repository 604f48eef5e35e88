"""Reading CSV files that people upload: comma, semicolon or tab, UTF-8 (with or without BOM) or Windows-1252, in bounded work."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from partnership.isolation.errors import RuleError

CHUNK = 1024 * 1024
MOST_COLUMNS = 500
LONGEST_ROW = 1024 * 1024
"""Characters."""
csv.field_size_limit(LONGEST_ROW)
MOST_LINES = 50
"""Over which a value in quotation marks may go."""
MOST_UNCLOSED = 1_000
"""More unclosed quotation marks than this, and the file is none that a system wrote."""
Row = tuple[int, list[Any]]
"""A row's number in the file, from 1, and its values."""


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
