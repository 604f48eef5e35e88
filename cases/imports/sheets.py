"""Reading spreadsheets (XLSX) that may be hostile: as a stream, in bounded memory and time, whatever the file claims.

Libraries read a workbook's texts and styles as a whole, and fill up rows that are left out: a file of two kilobytes can cost
them minutes, and one of 300 kilobytes all memory. Here each part is fed to an XML parser a piece at a time, and what the
parser meets is counted against a `Budget`. A document type, with which entities could be declared, ends the reading.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from partnership.pages.csv_files import MOST_COLUMNS, Row, UnreadableFile

PIECE = 16 * 1024
MOST_PARTS = 1_000
LAST_ROW = 1_048_576
"""Excel's own limit."""
MOST_CHARACTERS = 32_767
"""In a cell; Excel's own limit."""
MOST_STYLES = 65_490
"""Excel's own limit."""
MOST_FORMATS = 1_000
"""Own formats of numbers; Excel's own limit is 250."""
LONGEST_TAG = 256 * 1024
"""Bytes of one tag with its attributes, which the parser keeps until it has seen all of it."""
BROKEN = (BadZipFile, KeyError, ValueError, OSError, EOFError, RuntimeError, struct.error, zlib.error, expat.ExpatError)
"""What libraries raise about a file that is none, is cut off or is locked."""


@dataclass
class Budget:
    """What reading a workbook may cost: bytes once unpacked, XML elements, characters of texts that cells share."""

    unpacked: int
    elements: int
    characters: int

    def spend(self, *, unpacked: int = 0, elements: int = 0, characters: int = 0) -> None:
        """Raises UnreadableFile once more is spent than there was."""
        self.unpacked -= unpacked
        self.elements -= elements
        self.characters -= characters
        if min(self.unpacked, self.elements, self.characters) < 0:
            raise UnreadableFile(_("This spreadsheet is too large or too complicated: save it as CSV."))


def for_a_look() -> Budget:
    """For the first row, while somebody waits for the page."""
    return Budget(unpacked=16 * 1024**2, elements=200_000, characters=1024**2)


def for_all_rows() -> Budget:
    """For a job: a full sheet of a million rows and some forty columns."""
    return Budget(unpacked=4 * 1024**3, elements=100_000_000, characters=200 * 1024**2)


def sheet_rows(file: BinaryIO, budget: Budget, start: int = 1) -> Iterator[Row]:
    """The rows of a workbook's first sheet that hold something, from row `start` on. Raises UnreadableFile."""
    try:
        with _opened(file) as archive:
            book = _Book(archive, budget)
            yield from book.rows(start)
    except BROKEN as error:
        raise UnreadableFile(_("This is not a spreadsheet that can be read: save it as XLSX or CSV.")) from error


def first_rows(file: BinaryIO, count: int) -> list[Row]:
    """The first rows that hold something, at most so many. Bounded work, for a request. Raises UnreadableFile."""
    try:
        with _opened(file) as archive:
            return _Book(archive, for_a_look()).first(count)
    except BROKEN as error:
        raise UnreadableFile(_("This is not a spreadsheet that can be read: save it as XLSX or CSV.")) from error


def _opened(file: BinaryIO) -> ZipFile:
    """The archive, after a look at its end: how long its directory is decides what opening it costs."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise BadZipFile
    parts, _same, directory_bytes = struct.unpack("<HHI", tail[end + 8 : end + 16])
    # The second is the mark of an archive with 64-bit sizes, whose directory lies elsewhere.
    if parts > MOST_PARTS or directory_bytes > 256 * 1024 or tail[end - 20 : end - 16] == b"PK\x06\x07":
        raise UnreadableFile(_("This spreadsheet is too large or too complicated: save it as CSV."))
    file.seek(0)
    return ZipFile(file)


class _Book:
    """A workbook's first sheet, and what of the other parts its cells need."""

    def __init__(self, archive: ZipFile, budget: Budget) -> None:
        self.archive = archive
        self.budget = budget
        self.parts = {part.filename: part for part in archive.infolist()}
        self.epoch = WINDOWS_EPOCH
        self.sheet = self._first_sheet()
        self.date_styles = self._date_styles()

    def _parse(
        self,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Feeds a part to the parser; yields after each piece, so that what was met so far can be taken."""
        part = self.parts[name]
        if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:  # others unpack a piece of any size at once
            raise BadZipFile
        parser = expat.ParserCreate()
        parser.buffer_text = True
        spend = self.budget.spend

        def started(tag: str, attributes: dict[str, str]) -> None:
            spend(elements=1)
            start(tag.rpartition(":")[2], attributes)

        def refuse(*_declared: Any) -> None:
            raise BadZipFile

        parser.StartElementHandler = started
        parser.StartDoctypeDeclHandler = refuse
        if end:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        if text:
            parser.CharacterDataHandler = text
        with self.archive.open(part) as stream:
            fed = 0
            while piece := stream.read(PIECE):
                spend(unpacked=len(piece))
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > LONGEST_TAG:
                    raise BadZipFile
                yield
        parser.Parse(b"", True)
        yield

    def _first_sheet(self) -> str:
        """The name of the part that holds the first sheet."""
        targets: dict[str, str] = {}
        sheets: list[str] = []

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                targets[attributes["Id"]] = attributes["Target"]

        def entry(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet":
                sheets.extend(value for name, value in attributes.items() if name.rpartition(":")[2] == "id")
            elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                self.epoch = MAC_EPOCH

        for _piece in self._parse("xl/_rels/workbook.xml.rels", relation):
            pass
        for _piece in self._parse("xl/workbook.xml", entry):
            pass
        target = next(targets[sheet] for sheet in [*sheets, ""] if sheet in targets or not sheet)
        return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def _date_styles(self) -> set[int]:
        """The numbers of the styles in which a number is a date."""
        date_formats = {number for number, code in BUILTIN_FORMATS.items() if is_date_format(code)}
        date_styles: set[int] = set()
        own_formats = 0
        seen = 0
        inside = ""

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal seen, inside, own_formats
            if tag == "cellXfs":
                inside = tag
            elif tag == "numFmt" and own_formats < MOST_FORMATS:
                own_formats += 1
                date_formats.discard(int(attributes["numFmtId"]))
                if is_date_format(attributes["formatCode"][:255]):
                    date_formats.add(int(attributes["numFmtId"]))
            elif tag == "xf" and inside and seen < MOST_STYLES:
                if int(attributes.get("numFmtId", 0)) in date_formats:
                    date_styles.add(seen)
                seen += 1

        def end(tag: str) -> None:
            nonlocal inside
            if tag == "cellXfs":
                inside = ""

        if "xl/styles.xml" in self.parts:
            for _piece in self._parse("xl/styles.xml", start, end):
                pass
        return date_styles

    def rows(self, start: int) -> Iterator[Row]:
        """All rows from `start` that hold something, each at least as wide as the first: empty cells at its end are not stored."""
        texts = self._texts(None)
        width = 0
        for number, row in self._stored_rows():
            if number < start:
                continue
            values = self._values(row, texts)
            width = width or len(values)
            yield number, values + [""] * (width - len(values))

    def first(self, count: int) -> list[Row]:
        """The first rows that hold something: of the texts that cells share, only those that they name are kept."""
        rows = list(islice(self._stored_rows(), count))
        named = {int(value) for _number, row in rows for kind, _style, value in row.values() if kind == "s"}
        texts = self._texts(named) if named else {}
        return [(number, self._values(row, texts)) for number, row in rows]

    def _texts(self, named: set[int] | None) -> dict[int, str]:
        """The texts that cells share, by number: all, or only those that are named."""
        texts: dict[int, str] = {}
        number, length = -1, 0
        parts: list[str] = []
        depth_of_reading_aid = 0
        is_text = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal number, length, depth_of_reading_aid, is_text
            if tag == "si":
                number, length = number + 1, 0
                parts.clear()
            elif tag == "rPh":
                depth_of_reading_aid += 1
            is_text = tag == "t" and not depth_of_reading_aid

        def text(characters: str) -> None:
            nonlocal length
            if is_text and (named is None or number in named):
                self.budget.spend(characters=len(characters))
                parts.append(characters)
                length += len(characters)
                if length > MOST_CHARACTERS:
                    raise UnreadableFile(_("A cell holds more than %(most)s characters.") % {"most": MOST_CHARACTERS})

        def end(tag: str) -> None:
            nonlocal depth_of_reading_aid, is_text
            is_text = False
            if tag == "rPh":
                depth_of_reading_aid -= 1
            elif tag == "si" and (named is None or number in named):
                self.budget.spend(characters=1)
                texts[number] = "".join(parts)

        if "xl/sharedStrings.xml" in self.parts:
            for _piece in self._parse("xl/sharedStrings.xml", start, end, text):
                if named is not None and len(texts) == len(named):
                    break
        return texts

    def _stored_rows(self) -> Iterator[tuple[int, dict[int, tuple[str, int, str]]]]:
        """Rows as they are stored: number, and by column the cell's kind, style and text."""
        rows: list[tuple[int, dict[int, tuple[str, int, str]]]] = []
        cells: dict[int, tuple[str, int, str]] = {}
        row_number = 0
        column = -1
        kind, style, length = "n", 0, 0
        parts: list[str] = []
        is_value = False
        depth_of_reading_aid = 0

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row_number, cells, column, kind, style, length, is_value, depth_of_reading_aid
            if tag == "row":
                following = int(attributes.get("r", row_number + 1))
                if not row_number < following <= LAST_ROW:
                    raise UnreadableFile(
                        _("Row %(number)s is out of order or beyond the end of a sheet.") % {"number": following}
                    )
                row_number, cells, column = following, {}, -1
            elif tag == "c":
                column = _column_of(attributes["r"]) if "r" in attributes else column + 1
                kind, style = attributes.get("t", "n"), int(attributes.get("s", 0))
                length = 0
                parts.clear()
            elif tag == "rPh":
                depth_of_reading_aid += 1
            is_value = tag in {"v", "t"} and not depth_of_reading_aid

        def text(characters: str) -> None:
            nonlocal length
            if is_value:
                parts.append(characters)
                length += len(characters)
                if length > MOST_CHARACTERS:
                    raise UnreadableFile(_("A cell holds more than %(most)s characters.") % {"most": MOST_CHARACTERS})

        def end(tag: str) -> None:
            nonlocal is_value, depth_of_reading_aid
            is_value = False
            if tag == "rPh":
                depth_of_reading_aid -= 1
            elif tag == "c" and (value := "".join(parts)).strip():
                if column >= MOST_COLUMNS:
                    raise UnreadableFile(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
                cells[column] = (kind, style, value)
            elif tag == "row" and cells:
                rows.append((row_number, cells))

        for _piece in self._parse(self.sheet, start, end, text):
            yield from rows
            rows.clear()

    def _values(self, row: dict[int, tuple[str, int, str]], texts: dict[int, str]) -> list[Any]:
        values: list[Any] = [""] * (max(row, default=-1) + 1)
        for column, (kind, style, text) in row.items():
            values[column] = texts.get(int(text), "") if kind == "s" else self._value(kind, style, text)
        return values

    def _value(self, kind: str, style: int, text: str) -> Any:
        if kind == "b":
            return text.strip() == "1"
        if kind == "d":
            return datetime.fromisoformat(text.strip().removesuffix("Z"))
        if kind != "n":
            return text
        number = float(text) if any(mark in text for mark in ".eE") else int(text)
        if style in self.date_styles:
            try:
                return from_excel(number, self.epoch)
            except (OverflowError, ValueError):
                return text
        return number


def _column_of(place: str) -> int:
    """The number of a column, from 0, by a cell's name: "AB12" is in column 27."""
    column = 0
    for letter in place[:4].upper():
        if "A" <= letter <= "Z":
            column = column * 26 + ord(letter) - 64
    return column - 1
