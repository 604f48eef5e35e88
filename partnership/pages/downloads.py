"""What every downloaded table keeps to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format

RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "−", "＠")
"""What a spreadsheet takes a cell for a formula by (OWASP, "CSV injection"); wide signs are the same to some."""
NEGATIVE_NUMBER = re.compile(r"[-−][0-9][0-9.,\u0020\u00a0\u202f]*%?")


def guard_formula(value: str) -> str:
    """A value that a spreadsheet would run as a formula gets an apostrophe in front; a negative number is none."""
    # Spaces, and marks that nobody sees, don't keep a spreadsheet from it.
    if value.lstrip(" \u00a0\u200b\u2060\ufeff\0\"'").startswith(RUN_AS_FORMULA) and not NEGATIVE_NUMBER.fullmatch(
        value
    ):
        return f"'{value}"
    return value


def spreadsheet_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV that a spreadsheet in the reader's language opens with a double click: semicolons, a mark that the letters are
    UTF-8, the language's own decimal sign. No cell runs as a formula; None is an empty one."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    decimal_sign = get_format("DECIMAL_SEPARATOR")
    for row in rows:
        writer.writerow([_cell(value, decimal_sign) for value in row])
    return "\ufeff" + out.getvalue()


def _cell(value: Any, decimal_sign: str) -> Any:
    if isinstance(value, float):
        return format(Decimal(repr(float(value))), "f").replace(".", decimal_sign)
    if value is None:
        return ""
    return value if isinstance(value, int) else guard_formula(str(value))
