"""Numbers in the reader's format, rounded (Django's number_format cuts the digits that it does not show); and those that are typed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

MOST_DIGITS = 18
"""What the database's whole numbers hold."""


def typed(text: str) -> int | None:
    """The whole number that an address or a field holds; None where it is none, or none that a record can have."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def round_half_up(value: float, digits: int = 0) -> float:
    """The number as `plain` writes it: halves away from zero."""
    return float(_rounded(value, digits))


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def plain(value: float, digits: int = 0) -> str:
    """A number with so many digits, halves away from zero, thousands grouped, a real minus sign."""
    rounded = _rounded(value, digits)
    if rounded == 0:
        rounded = abs(rounded)  # no "−0"
    return number_format(rounded, digits, force_grouping=True).replace("-", "−")


def percent(share: float, digits: int = 1) -> str:
    """A share of one as a percentage."""
    return plain(100 * share, digits) + "\N{NO-BREAK SPACE}%"


def signed_percent(share: float, digits: int = 1) -> str:
    """A change as a percentage, with its plus sign."""
    return ("+" if share > 0 else "") + percent(share, digits)


SMALLEST_P = 0.001
"""Below this a p value is no longer told apart: three digits would say that it is nought, which none is."""


def p_value(p: float, equals: str = "") -> str:
    """A p value to three digits, or that it lies below the smallest; `equals` stands before one that is given itself."""
    return f"<\N{NO-BREAK SPACE}{plain(SMALLEST_P, 3)}" if p < SMALLEST_P else equals + plain(p, 3)
