"""What in a text could show who somebody is. Hints for whoever writes and whoever checks, not proof: they can miss, and be wrong."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NAME = r"[A-ZÅÄÖ][a-zåäöéüß]+(?:-[A-ZÅÄÖ][a-zåäöéüß]+)?"
PATTERNS: tuple[tuple[str | Promise, re.Pattern[str]], ...] = (
    (_("an identity code"), re.compile(r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b", re.IGNORECASE)),
    (_("a phone number"), re.compile(r"(?<![\w-])(?:\+\d{1,3}[ -]?|0)\d{1,3}[ -]?\d{3,4}(?:[ -]?\d{2,4})?(?![\w-])")),
    (_("an e-mail address"), re.compile(r"\b[^\s@]+@[^\s@]+\.\w+\b")),
    (_("a number plate"), re.compile(r"\b[A-ZÅÄÖ]{2,3}[- ]\d{1,3}\b")),
    (
        _("a street and number"),
        re.compile(
            r"\b\w*(?:katu|tie|kuja|polku|väylä|kaari|raitti|gatan|vägen|gränden|stigen|street|road|lane)\s+\d+\w?\b",
            re.I,
        ),
    ),
    # Two in a row: one alone begins a sentence, or is a town.
    (_("a name"), re.compile(rf"\b{_NAME} {_NAME}\b")),
)
"""Formats: identity codes as of the Finnish population register since 2023, plates as of Finland and its neighbours."""


class Hint(NamedTuple):
    """A piece of the text, and what it looks like."""

    looks_like: str | Promise
    words: str


def hints_in(*texts: str) -> list[Hint]:
    """What looks like a person, a number or an address, each piece once, in the order of the patterns."""
    hints = [Hint(label, match) for label, pattern in PATTERNS for text in texts for match in pattern.findall(text)]
    return list(dict.fromkeys(hints))
