"""Codes of cards: twelve characters that nobody takes for one another when they read them from paper."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U. Source: D. Crockford, "Base 32"."""
LENGTH = 12
"""Of five bits each: 60 bits."""
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u2013": None, "\u00a0": None})


def new_code() -> str:
    """A random code, as it is printed: K7QM-2XVP-9RTD."""
    return printed("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def printed(code: str) -> str:
    """In groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def understood(typed: str) -> str:
    """A code as it was typed, without hyphens, in capitals, with the letters that are no others. What can't be one stays wrong."""
    return typed.upper().translate(_READ_AS)[: 2 * LENGTH]
