"""What every downloaded table keeps to."""

from __future__ import annotations


def guard_formula(value: str) -> str:
    """A value that a spreadsheet would run as a formula gets an apostrophe in front."""
    return (
        f"'{value}"
        if value[:1] in {"=", "+", "@", "\t", "\r"} or (value[:1] == "-" and not value[1:2].isdigit())
        else value
    )
