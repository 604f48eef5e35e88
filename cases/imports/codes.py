"""A partner's offence codes as ICCS codes: one by one, by their beginning, or all the rest; and tables of them that people paste."""

from __future__ import annotations

import csv
import io
from functools import lru_cache

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.arrests import criminal_code, iccs
from cases.imports.sheets import for_a_look, sheet_rows
from partnership.isolation.errors import Invalid
from partnership.pages.csv_files import UnreadableFile, find_encoding

REST = "*"
MOST_CODES = 5_000
"""Local codes that are remembered of a source."""
LARGEST_TABLE = 1024 * 1024


def _normal(code: str) -> str:
    return " ".join(code.casefold().split())


class Codes:
    """What local codes mean. The nearest rule counts: the code itself, then its longest beginning, then what everybody knows (ICCS
    codes, sections of the Criminal Code), then the rule for all the rest."""

    def __init__(self, codes: dict[str, str]) -> None:
        self.exact: dict[str, str] = {}
        self.beginnings: list[tuple[str, str]] = []
        self.rest = codes.get(REST, "")
        for local, code in codes.items():
            if local == REST:
                continue
            if local.endswith("*"):
                self.beginnings.append((_normal(local[:-1]), code))
            else:
                self.exact[_normal(local)] = code
        self.beginnings.sort(key=lambda rule: -len(rule[0]))
        self.iccs_of = lru_cache(maxsize=20_000)(self._iccs_of)

    def _iccs_of(self, local: str) -> str:
        normal = _normal(local)
        if normal in self.exact:
            return self.exact[normal]
        for beginning, code in self.beginnings:
            if normal.startswith(beginning):
                return code
        return local if iccs.is_valid(local) else criminal_code.iccs_of(local) or self.rest


def read_table(text: str) -> dict[str, str]:
    """Local code → ICCS code, from lines of two columns as spreadsheets give them: divided by tab, semicolon or comma, the ICCS
    code first or last; further columns, and a heading, are left out.

    Raises Invalid with the line that holds no ICCS code.
    """
    codes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        delimiter = max("\t;,", key=line.count)
        values = [value.strip() for value in next(csv.reader(io.StringIO(line), delimiter=delimiter), [])]
        values = [value for value in values if value]
        if not values:
            continue
        place = next((place for place in (*range(1, len(values)), 0) if _as_iccs(values[place])), None)
        if place is None or len(values) < 2:
            if number == 1 and len(values) >= 2:
                continue  # the heading
            raise Invalid(
                "codes", _("Line %(number)s holds no ICCS code: %(line)s") % {"number": number, "line": line[:60]}
            )
        codes[values[0 if place else 1][:60]] = _as_iccs(values[place])
    if len(codes) > MOST_CODES:
        raise Invalid(
            "codes", _("At most %(most)s codes can be remembered: use rules by beginning.") % {"most": MOST_CODES}
        )
    return codes


def _as_iccs(text: str) -> str:
    """A code as ICCS writes it; spreadsheets drop the zero at its beginning, and people copy "060111 · Possession"."""
    text = text.split(" ")[0].removeprefix("ICCS")
    if iccs.is_valid(text):
        return text
    return f"0{text}" if text.isdigit() and text[:1] != "0" and iccs.is_valid(f"0{text}") else ""


def text_of(file: UploadedFile[bytes]) -> str:
    """An uploaded table as `read_table` takes it. Raises UnreadableFile."""
    if (file.size or 0) > LARGEST_TABLE:
        raise UnreadableFile(_("The table is too large."))
    file.seek(0)
    content = file.read()
    if content[:4] == b"PK\x03\x04":
        return "\n".join(
            "\t".join(str(v) for v in values) for _number, values in sheet_rows(io.BytesIO(content), for_a_look())
        )
    return str(content, find_encoding([content]), "replace")


def as_table(codes: dict[str, str]) -> str:
    """The same as text, to be changed and read again."""
    return "\n".join(f"{local}\t{code}" for local, code in sorted(codes.items()))
