"""Spreadsheets that cost a reader far more than their size."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

RELATIONS = (
    '<Relationships><Relationship Id="r1" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)
WORKBOOK = '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
HEADINGS = (
    '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>arrest_number</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>arrested_on</t></is></c></row>'
)
ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def sheet(content: str) -> str:
    return f"<worksheet>{content}</worksheet>"


def workbook(compression: int = zipfile.ZIP_DEFLATED, **parts: str | bytes) -> bytes:
    """A workbook; `sheet`, `strings`, `styles`, `book` and `relations` replace its parts."""
    out = io.BytesIO()
    names = {
        "relations": "xl/_rels/workbook.xml.rels",
        "book": "xl/workbook.xml",
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
    }
    contents = {"relations": RELATIONS, "book": WORKBOOK, "sheet": sheet(HEADINGS + "</sheetData>")} | parts
    with zipfile.ZipFile(out, "w", compression) as archive:
        for part, content in contents.items():
            archive.writestr(names[part], content)
    return out.getvalue()


SHARED = sheet('<sheetData><row r="1"><c r="A1" t="s"><v>9999999</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData>')


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"xl/{number}", b"")
    return out.getvalue()


MEGABYTE = 1024 * 1024
BOMBS: dict[str, Callable[[], bytes]] = {
    "a row number of 20 million": lambda: workbook(
        sheet=sheet('<sheetData><row r="20000000"><c r="A20000000"><v>1</v></c></row></sheetData>')
    ),
    "a row number of 5,000 digits": lambda: workbook(sheet=sheet(f'<sheetData><row r="{"9" * 5000}"/></sheetData>')),
    "60 million empty bytes before the first row": lambda: workbook(sheet=sheet(" " * 60 * MEGABYTE)),
    "5 million empty rows": lambda: workbook(sheet=sheet("<sheetData>" + "<row/>" * 5_000_000)),
    "5 million empty cells": lambda: workbook(sheet=sheet("<sheetData><row>" + "<c/>" * 5_000_000)),
    "a cell in column ZZZZ": lambda: workbook(
        sheet=sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="ZZZZ1"><v>1</v></c></row></sheetData>')
    ),
    "a cell of 60 million characters": lambda: workbook(
        sheet=sheet('<sheetData><row><c t="str"><v>' + "a" * 60 * MEGABYTE + "</v></c></row></sheetData>")
    ),
    "a tag of 60 million characters": lambda: workbook(
        sheet=sheet('<sheetData><row r="' + "1" * 60 * MEGABYTE + '"/>')
    ),
    "a tag of two million attributes": lambda: workbook(
        sheet=sheet("<row " + " ".join(f'a{number:x}=""' for number in range(2_000_000)) + "/>")
    ),
    "8 million shared texts": lambda: workbook(sheet=SHARED, strings="<sst>" + "<si/>" * 8_000_000 + "</sst>"),
    "a shared text of 60 million characters": lambda: workbook(
        sheet=SHARED, strings="<sst><si/><si><t>" + "a" * 60 * MEGABYTE + "</t></si></sst>"
    ),
    "3 million styles": lambda: workbook(styles="<styleSheet><cellXfs>" + "<xf/>" * 3_000_000),
    "100,000 formats of numbers": lambda: workbook(
        styles="<styleSheet>"
        + "".join(f'<numFmt numFmtId="{n}" formatCode="{"[d]" * 80}"/>' for n in range(100_000))
        + "</styleSheet>"
    ),
    "elements 3 million deep": lambda: workbook(sheet="<a>" * 3_000_000),
    "entities in the sheet": lambda: workbook(
        sheet=ENTITIES + sheet("<sheetData><row><c><v>&j;</v></c></row></sheetData>")
    ),
    "entities in the book": lambda: workbook(book=ENTITIES + "<workbook>&j;</workbook>"),
    "entities in the shared texts": lambda: workbook(sheet=SHARED, strings=ENTITIES + "<sst><si><t>&j;</t></si></sst>"),
    "an outer entity": lambda: workbook(
        sheet='<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet("<row><c><v>&a;</v></c></row>")
    ),
    "60,000 parts": lambda: many_parts(),
    "bzip2, which unpacks without limit": lambda: workbook(zipfile.ZIP_BZIP2, sheet=sheet(" " * 60 * MEGABYTE)),
    "no parts": lambda: workbook()[:0] + b"PK\x05\x06" + bytes(18),
    "cut off": lambda: workbook()[:-30],
    "only its first bytes": lambda: b"PK\x03\x04" + bytes(1000),
    "no sheet": lambda: workbook(book="<workbook/>"),
    "a sheet that is not there": lambda: workbook(relations=RELATIONS.replace("sheet1", "sheet2")),
    "a column number that is none": lambda: workbook(
        sheet=sheet('<sheetData><row><c s="x"><v>1</v></c></row></sheetData>')
    ),
}
"""Each by what is wrong with it; made when it is wanted."""
