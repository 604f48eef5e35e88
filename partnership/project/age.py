"""Files encrypted for whoever holds a key, in the format of the age tool (https://c2sp.org/age, version 1, X25519).

Who makes a backup knows the recipient alone, and can't open what was made; the identity that opens it is kept elsewhere. Whoever has
lost this program opens the files with `age --decrypt`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INTRO = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024
TAG = 16
WRAP_INFO = b"age-encryption.org/v1/X25519"
RECIPIENT, IDENTITY = "age", "AGE-SECRET-KEY-"
LONGEST_LINE, MOST_LINES = 1024, 1000
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
"""Of Bech32 (BIP 173), by their value."""


class WrongKey(Exception):
    """The identity does not open this file. Take the one whose recipient it was made for."""


class Damaged(Exception):
    """The file is not what was written: it was cut off or changed, or is none of this format. Take another copy."""


class NoKey(ValueError):
    """The text is no recipient or identity of age. A recipient begins with age1, an identity with AGE-SECRET-KEY-1."""


def new_identity() -> str:
    """A secret key, as age-keygen writes it."""
    return _bech32(IDENTITY.lower(), X25519PrivateKey.generate().private_bytes_raw()).upper()


def recipient_of(identity: str) -> str:
    """The public key of an identity. Raises NoKey."""
    return _bech32(RECIPIENT, _private(identity).public_key().public_bytes_raw())


def _private(identity: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_key(identity, IDENTITY.lower()))


class Encrypted:
    """A file that is written encrypted: `write` what is in it, then `close`. Raises NoKey."""

    def __init__(self, target: BinaryIO, recipients: Iterable[str]) -> None:
        self.target = target
        file_key = os.urandom(16)
        header = INTRO
        for recipient in recipients:
            header += _stanza(file_key, _key(recipient, RECIPIENT))
        header += b"---"
        nonce = os.urandom(16)
        target.write(header + b" " + _text(_header_mac(file_key, header)) + b"\n" + nonce)
        self.cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self.number = 0
        self.waiting = b""

    def write(self, content: bytes) -> None:
        """Adds to the file."""
        self.waiting += content
        while len(self.waiting) > CHUNK:  # the last chunk is marked, so one is always held back
            self._seal(self.waiting[:CHUNK], is_last=False)
            self.waiting = self.waiting[CHUNK:]

    def close(self) -> None:
        """Marks the end, without which the file is damaged."""
        self._seal(self.waiting, is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self.target.write(self.cipher.encrypt(_nonce(self.number, is_last), chunk, None))
        self.number += 1


def decrypted(source: BinaryIO, identity: str) -> Iterator[bytes]:
    """What is in the file, a chunk at a time, each proven before it is given out. Raises NoKey, WrongKey, Damaged."""
    file_key = _opened_header(source, _private(identity))
    nonce = source.read(16)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    sealed, number = source.read(CHUNK + TAG), 0
    while True:
        following = source.read(CHUNK + TAG)
        try:
            chunk = cipher.decrypt(_nonce(number, not following), sealed, None)
        except InvalidTag:
            raise Damaged(f"The file is cut off or changed after {number * CHUNK:,} bytes.") from None
        if not chunk and number:
            raise Damaged("The file ends in an empty piece.")
        yield chunk
        if not following:
            return
        sealed, number = following, number + 1


def _stanza(file_key: bytes, recipient: bytes) -> bytes:
    """The file's key, sealed for one recipient."""
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    wrap = ChaCha20Poly1305(_derived(shared, share + recipient, WRAP_INFO))
    return b"-> X25519 " + _text(share) + b"\n" + _text(wrap.encrypt(bytes(12), file_key, None)) + b"\n"


def _opened_header(source: BinaryIO, private: X25519PrivateKey) -> bytes:
    """Reads up to the nonce; returns the file's key."""
    lines = iter(lambda: source.readline(LONGEST_LINE), b"")
    if next(lines, b"") != INTRO:
        raise Damaged("This is no file of age.")
    header, file_key = INTRO, None
    stanza: list[bytes] = []
    for _number, line in zip(range(MOST_LINES), lines, strict=False):
        if line.startswith(b"--- "):
            break
        header += line
        words = line.split()
        if words[:2] == [b"->", b"X25519"] and len(words) == 3:
            stanza = [words[2]]
        elif stanza:
            file_key = file_key or _unsealed(private, stanza[0], line.strip())
            stanza = []
    else:
        raise Damaged("The header of the file has no end.")
    if file_key is None:
        raise WrongKey("The file was not made for this identity.")
    if not hmac.compare_digest(_header_mac(file_key, header + b"---"), _bytes(line[4:].strip())):
        raise Damaged("The header of the file was changed.")
    return file_key


def _unsealed(private: X25519PrivateKey, share: bytes, body: bytes) -> bytes | None:
    """The file's key, if this stanza was made for the identity."""
    public, sealed = _bytes(share), _bytes(body)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Damaged("A key in the header of the file is none.") from None
    salt = public + private.public_key().public_bytes_raw()
    try:
        return ChaCha20Poly1305(_derived(shared, salt, WRAP_INFO)).decrypt(bytes(12), sealed, None)
    except InvalidTag:
        return None


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _text(content: bytes) -> bytes:
    """In base64 without padding. What is written here is short enough for one line."""
    return base64.b64encode(content).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Damaged("The header of the file is not readable.") from None


# --- Keys as text: Bech32 as in BIP 173, without its limit of length ---------------------------------------------------------


def _checksum(prefix: str, values: list[int]) -> int:
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    check = 1
    for value in expanded + values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _bech32(prefix: str, content: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[place : place + 5], 2) for place in range(0, len(bits), 5)]
    check = _checksum(prefix, values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(LETTERS[value] for value in values)}"


def _key(text: str, prefix: str) -> bytes:
    """The 32 bytes of a key. Raises NoKey."""
    text = text.strip()
    lower = text.lower()
    start, _one, letters = lower.rpartition("1")
    if text not in {lower, text.upper()} or start != prefix or not set(letters) <= set(LETTERS):
        raise NoKey(f"{text[:8]}… is no key that begins with {prefix.upper() if prefix != RECIPIENT else prefix}1.")
    values = [LETTERS.index(letter) for letter in letters]
    bits = "".join(f"{value:05b}" for value in values[:-6])
    content = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits) - 7, 8))
    if _checksum(prefix, values) != 1 or len(content) != 32:
        raise NoKey(f"{text[:8]}… is mistyped or cut off.")
    return content
