"""Encryption of fields, blind indexes to find them, and pseudonyms to join them.

Keys stand outside the database, in the environment. Three kinds, so that losing one does not lose the others:

- FIELD_KEYS encrypt names, dates of birth, identity codes, contacts and free text (Fernet: AES-128-CBC and HMAC-SHA-256).
- INDEX_KEY makes blind indexes, different for each partner: the same person has different values at two partners.
- PSEUDONYM_KEY makes pseudonyms, the same at every partner: only the metrics job joins by them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from datetime import date
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PREFIX_LENGTH = 3
"""A name is found from this many letters on."""


@lru_cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _cipher() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_KEYS))


def encrypt(text: str) -> str:
    """The text as a Fernet token under the newest of FIELD_KEYS."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token under any of FIELD_KEYS. Raises InvalidToken for another key or a changed token."""
    return _cipher().decrypt(token.encode()).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """As `encrypt`, for files."""
    return _cipher().encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """As `decrypt`, for files."""
    return _cipher().decrypt(token)


TOKEN = re.compile(r"gAAAA[\w-]{93,}={0,2}", re.ASCII)
"""A Fernet token: version and time, 16 bytes of chance, at least one block, 32 bytes of signature, in base 64."""


def is_token(text: str) -> bool:
    """Whether a text is what `encrypt` makes, and no words of a person."""
    return TOKEN.fullmatch(text) is not None


def rotate(token: str) -> str:
    """The same text under the newest key."""
    return _cipher().rotate(token.encode()).decode()


def rotate_bytes(token: bytes) -> bytes:
    """As `rotate`, for files."""
    return _cipher().rotate(token)


def normalise_name(name: str) -> str:
    """Lower case, one space, letters with diacritics kept (ä is a letter of its own in Finnish), punctuation dropped."""
    composed = unicodedata.normalize("NFC", name).casefold()
    letters = "".join(c if c.isalnum() else " " for c in composed)
    return " ".join(letters.split())


def normalise_code(code: str) -> str:
    """An identity code as it is compared: upper case, no spaces."""
    return code.strip().upper().replace(" ", "")


def _hmac(key: str, *parts: str) -> str:
    return hmac.new(key.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def code_index(partner_id: int, identity_code: str) -> str:
    """Finds a person of a partner by exact identity code."""
    return _hmac(settings.INDEX_KEY, "code", str(partner_id), normalise_code(identity_code))[:32]


def name_birth_index(partner_id: int, last_name: str, born_on: date) -> str:
    """Finds a person of a partner by last name and date of birth."""
    return _hmac(settings.INDEX_KEY, "name", str(partner_id), normalise_name(last_name), born_on.isoformat())[:32]


def prefix_indexes(partner_id: int, *names: str) -> list[str]:
    """An index for each beginning, from the third letter, of each word of the names."""
    words = {word for name in names for word in normalise_name(name).split()}
    beginnings = {word[:n] for word in words for n in range(PREFIX_LENGTH, len(word) + 1)}
    return sorted(prefix_index(partner_id, beginning) for beginning in beginnings)


def prefix_index(partner_id: int, beginning: str) -> str:
    """Finds people of a partner by the beginning of a name; normalised like the name."""
    return _hmac(settings.INDEX_KEY, "prefix", str(partner_id), normalise_name(beginning))[:16]


def code_pseudonym(identity_code: str) -> str:
    """Pseudonym of a human being from the identity code; empty without one."""
    if not identity_code:
        return ""
    return _hmac(settings.PSEUDONYM_KEY, "code", normalise_code(identity_code))


def name_pseudonym(first_names: str, last_name: str, born_on: date | None, sex: str) -> str:
    """Pseudonym from the first given name, last name, date of birth and sex; empty when one of them is unknown."""
    given_names = normalise_name(first_names).split()
    if not (given_names and normalise_name(last_name) and born_on and sex in {"male", "female"}):
        return ""
    return _hmac(settings.PSEUDONYM_KEY, "name", given_names[0], normalise_name(last_name), born_on.isoformat(), sex)
