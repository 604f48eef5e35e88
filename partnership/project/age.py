"""Files encrypted for whoever holds a key, in the format of the age tool (https://age-encryption.org), by its Rust implementation.

Who makes a backup knows the recipient alone, and can't open what was made; the identity that opens it is kept elsewhere. Whoever has
lost this program opens the files with `age --decrypt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

import pyrage
from pyrage import x25519

INTRO = b"age-encryption.org/v1\n"
IDENTITY = "AGE-SECRET-KEY-"


class WrongKey(Exception):
    """The identity does not open this file. Take the one whose recipient it was made for."""


class Damaged(Exception):
    """The file is not what was written: it was cut off or changed, or is none of this format. Take another copy."""


class NoKey(ValueError):
    """The text is no recipient or identity of age. A recipient begins with age1, an identity with AGE-SECRET-KEY-1."""


def new_identity() -> str:
    """A secret key, as age-keygen writes it."""
    return str(x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """The public key of an identity. Raises NoKey."""
    return str(_identity(identity).to_public())


def encrypt(pieces: Iterable[bytes], target: BinaryIO, recipients: Iterable[str]) -> None:
    """Writes the pieces encrypted. Raises NoKey, and what `pieces` raises: then the file has no end."""
    keys = [_recipient(text) for text in recipients]
    source = _Pieces(pieces)
    try:
        pyrage.encrypt_io(source, target, keys)
    except pyrage.EncryptError:
        raise source.error or BrokenPipeError("The file could not be encrypted.") from None


def decrypt(source: BinaryIO, identity: str, write: Callable[[bytes], object]) -> None:
    """Gives what is in the file to `write`, each piece once it is proven. Raises NoKey, WrongKey, Damaged, and what `write` raises.

    Whether the file is whole is known at the end only: whoever writes must be able to take everything back.
    """
    key, sink = _identity(identity), _Sink(write)
    try:
        pyrage.decrypt_io(source, sink, [key])
    except (pyrage.DecryptError, OSError) as error:
        if sink.error:
            raise sink.error from None
        if "No matching keys" in str(error):
            raise WrongKey("The file was not made for this identity.") from None
        raise Damaged("The file is cut off or changed, or is no file of age.") from None


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError:
        raise NoKey(f"The secret key is mistyped or cut off: it begins with {IDENTITY}1.") from None


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise NoKey(f"{text[:8]}… is no public key, or mistyped or cut off: it begins with age1.") from None


class _Pieces:
    """Pieces as a file to read; keeps the error that ended them, of which the library tells the words alone."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces, self.rest = iter(pieces), b""
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        try:
            while not self.rest:
                self.rest = next(self.pieces)
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        part, self.rest = self.rest[:size], self.rest[size:]
        return part


class _Sink:
    """A function as a file to write; keeps the error that ended it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.take = write
        self.error: BaseException | None = None

    def write(self, piece: bytes) -> int:
        """All of it."""
        try:
            self.take(piece)
        except BaseException as error:
            self.error = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""
