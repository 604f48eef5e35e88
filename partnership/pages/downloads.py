"""What every downloaded table keeps to."""

from __future__ import annotations

import re

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
