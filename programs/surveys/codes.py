"""What the address of a survey and the codes of who is asked are made of."""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that is read for something else."""
TOKEN_LENGTH = 10
CODE_LENGTH = 10


def new_token() -> str:
    """The part of a wave's address that a poster shows: short enough to be typed, 50 bits."""
    return _text(TOKEN_LENGTH)


def new_code() -> str:
    """What one person types to answer once: 50 bits."""
    return _text(CODE_LENGTH)


def digest_of(code: str, token: str) -> str:
    """What is kept of a code of the wave with this token, however it was typed: SHA-256, as hexadecimal."""
    typed = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return hashlib.sha256(f"{token}:{typed}".encode()).hexdigest()


def _text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(length))
