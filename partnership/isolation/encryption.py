"""Encryption of fields, keyed hashes to find them, and pseudonyms to join them.

Keys stand outside the database, in the environment. Three kinds, so that losing one does not lose the others:

- FIELD_KEYS encrypt names, dates of birth, identity codes, contacts and free text (AES-256-GCM, each value bound to its place).
- INDEX_KEY makes hashes by which an exact code or birth date is found, different for each partner.
- PSEUDONYM_KEY makes pseudonyms of codes and birth dates, the same at every partner: only the linker reads them.

Nothing of a name is stored beside it: beginnings and letter pairs, even hashed under a key, are decoded by counting.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from binascii import a2b_base64
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "g1"
BLOCK = 32
"""Texts are padded to multiples of so many bytes: their length would tell a name from another."""
NONCE = 12
TOKEN = re.compile(rf"{VERSION}\.[0-9a-f]{{8}}\.[\w-]{{80,}}", re.ASCII)
NO_LETTERS = re.compile(r"[\W_]+")
FERNET = re.compile(r"gAAAA[\w-]{93,}={0,2}", re.ASCII)
"""What an installation from before holds until `manage.py rotate_keys` has moved it over."""


class Unreadable(Exception):
    """A stored value can't be opened: it was changed, stands where another value belongs, or its key is not in FIELD_KEYS.

    Put the missing key back into FIELD_KEYS; if none is missing, somebody has written into the database.
    """


class _Key(NamedTuple):
    number: str
    cipher: AESGCM


@lru_cache
def _keys(texts: tuple[str, ...]) -> dict[str, _Key]:
    """By number, the newest first. A key's text gives 256 bits; its number tells nothing of them."""
    keys = {}
    for text in texts:
        number = hashlib.sha256(f"portal.key.number|{text}".encode()).hexdigest()[:8]
        secret = hmac.new(text.encode(), b"portal.fields.aes-256-gcm", hashlib.sha256).digest()
        keys[number] = _Key(number, AESGCM(secret))
    return keys


def _ring() -> dict[str, _Key]:
    return _keys(tuple(settings.FIELD_KEYS))


def _newest() -> _Key:
    return next(iter(_ring().values()))


@lru_cache
def _fernet(texts: tuple[str, ...]) -> MultiFernet:
    ciphers = []
    for text in texts:
        with suppress(ValueError):  # a key that was made since need not be one of Fernet's
            ciphers.append(Fernet(text))
    return MultiFernet(ciphers)


def encrypt_bytes(data: bytes, place: str = "") -> bytes:
    """The data under the newest of FIELD_KEYS, bound to a place: table, column and owner, or what else it is for."""
    key, nonce = _newest(), os.urandom(NONCE)
    return f"{VERSION}.{key.number}.".encode() + nonce + key.cipher.encrypt(nonce, data, place.encode())


def decrypt_bytes(token: bytes, place: str = "") -> bytes:
    """The data of a token. Raises Unreadable for another key, another place or a changed token."""
    version, _dot, rest = token.partition(b".")
    if version != VERSION.encode():
        try:
            return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token)
        except (InvalidToken, ValueError) as error:
            raise Unreadable("A value from before can't be opened.") from error
    number, _dot, sealed = rest.partition(b".")
    return _opened(number.decode("ascii", "replace"), sealed, place)


def _opened(number: str, sealed: bytes, place: str) -> bytes:
    key = _ring().get(number)
    if key is None:
        raise Unreadable(f"No key of FIELD_KEYS has the number {number}.")
    try:
        return key.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("A value was changed, or stands where another belongs.") from error


def encrypt(text: str, place: str = "") -> str:
    """As `encrypt_bytes`, for texts, without their length."""
    data = text.encode() + b"\x80"
    data += bytes(-len(data) % BLOCK)
    key, nonce = _newest(), os.urandom(NONCE)
    sealed = base64.urlsafe_b64encode(nonce + key.cipher.encrypt(nonce, data, place.encode()))
    return f"{VERSION}.{key.number}.{sealed.decode().rstrip('=')}"


def decrypt(token: str, place: str = "") -> str:
    """The text of a token. Raises Unreadable as `decrypt_bytes` does."""
    version, _dot, rest = token.partition(".")
    if version != VERSION:
        return decrypt_bytes(token.encode()).decode()
    number, _dot, sealed = rest.partition(".")
    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except ValueError as error:
        raise Unreadable("A value was changed.") from error
    return _opened(number, raw, place).rpartition(b"\x80")[0].decode()


def opener(place: str) -> Callable[[str], str]:
    """`decrypt` for many tokens of one place, three times as fast: for who opens a whole register."""
    ciphers = {f"{VERSION}.{number}": key.cipher.decrypt for number, key in _ring().items()}
    bound, to_base64 = place.encode(), bytes.maketrans(b"-_", b"+/")

    def open_token(token: str) -> str:
        head, _dot, sealed = token.rpartition(".")
        try:
            raw = a2b_base64(sealed.encode().translate(to_base64) + b"=" * (-len(sealed) % 4))
            return ciphers[head](raw[:NONCE], raw[NONCE:], bound).rpartition(b"\x80")[0].decode()
        except (KeyError, ValueError, InvalidTag):
            return decrypt(token, place)  # from before, or unreadable

    return open_token


def is_token(text: str) -> bool:
    """Whether a text is what `encrypt` makes, or made, and no words of a person."""
    return TOKEN.fullmatch(text) is not None or FERNET.fullmatch(text) is not None


def is_newest(token: str | bytes) -> bool:
    """Whether a token is under the newest key, so that it need not be made anew."""
    head = f"{VERSION}.{_newest().number}."
    return token.startswith(head) if isinstance(token, str) else token.startswith(head.encode())


def rotate(token: str, place: str = "") -> str:
    """The same text under the newest key."""
    return token if is_newest(token) else encrypt(decrypt(token, place), place)


def rotate_bytes(token: bytes, place: str = "") -> bytes:
    """As `rotate`, for files."""
    return token if is_newest(token) else encrypt_bytes(decrypt_bytes(token, place), place)


def normalise_name(name: str) -> str:
    """Lower case, one space, letters with diacritics kept (ä is a letter of its own in Finnish), punctuation dropped."""
    composed = unicodedata.normalize("NFC", name).casefold()
    return NO_LETTERS.sub(" ", composed).strip()


def normalise_code(code: str) -> str:
    """An identity code as it is compared: upper case, no spaces."""
    return code.strip().upper().replace(" ", "")


def _hmac(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()


def fingerprint(partner_id: int, digest: str) -> str:
    """Recognises a partner's request or file by its SHA-256, which nothing may store as it is: codes and names can be tried."""
    return _hmac(settings.INDEX_KEY, "fingerprint", str(partner_id), digest)


def code_index(partner_id: int, identity_code: str) -> str:
    """Finds a person of a partner by exact identity code: 128 bits."""
    return _hmac(settings.INDEX_KEY, "code", str(partner_id), normalise_code(identity_code))[:32]


def birth_index(partner_id: int, born_on: date) -> str:
    """Finds people of a partner by date of birth: 128 bits."""
    return _hmac(settings.INDEX_KEY, "born", str(partner_id), born_on.isoformat())[:32]


def contact_code(partner_id: int, word: str) -> str:
    """Tells the words that clients of a service point choose from each other: of no use at another partner, or without the key."""
    return _hmac(settings.INDEX_KEY, "contact", str(partner_id), word)


def card_proof(code: str, born_on: date) -> str:
    """What a card for My page and its person's date of birth come to, together: neither is of use without the other."""
    return _hmac(settings.INDEX_KEY, "card", code, born_on.isoformat())


def code_pseudonym(identity_code: str) -> str:
    """By it the linker finds records with the same identity code, at whatever partner: 128 bits; empty without one."""
    return _hmac(settings.PSEUDONYM_KEY, "code", normalise_code(identity_code))[:32] if identity_code else ""


def birth_pseudonym(born_on: date | None) -> str:
    """By it the linker finds people born on a day, at whatever partner: 128 bits; empty where it is not known."""
    return _hmac(settings.PSEUDONYM_KEY, "born", born_on.isoformat())[:32] if born_on else ""


def spelling_hash(partner_id: int, source_key: str, *spelling: str) -> str:
    """Tells an import whether its sender spells a known person differently now: 128 bits. With the person's own key in it, equal
    names of two people look different; empty without one."""
    return _hmac(settings.INDEX_KEY, "spelling", str(partner_id), source_key, *spelling)[:32] if source_key else ""
