"""What every downloaded table keeps to."""

from __future__ import annotations

import re

RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes a cell for a formula by (OWASP, "CSV injection")."""
NEGATIVE_NUMBER = re.compile(r"-\d[\d.,\s]*%?")


def guard_formula(value: str) -> str:
    """A value that a spreadsheet would run as a formula gets an apostrophe in front; a negative number is none."""
    if value.startswith(RUN_AS_FORMULA) and not NEGATIVE_NUMBER.fullmatch(value):
        return f"'{value}"
    return value
