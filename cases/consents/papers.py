"""The signed form behind a consent: checked by what it is, not by what it calls itself; stored encrypted."""

from __future__ import annotations

import base64
import binascii
import zlib

from django.utils.translation import gettext as _

from partnership.isolation.errors import RuleError

MOST_BYTES = 4 * 1024 * 1024
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
DATA_URL = "data:image/png;base64,"
MOST_SAMPLES = 32 * 1024 * 1024
"""More than a signature has: a stream that unfolds to more is looked at no further."""
HIGHEST_FILTER = 4


class NotAPaper(RuleError):
    """The file can't be kept with a consent. Send a PDF, PNG or JPEG of at most 4 MB, or sign again."""

    code = "not_a_paper"


def media_type_of(content: bytes) -> str:
    """What the bytes are; raises NotAPaper when they are neither a picture nor a PDF, or are too many."""
    if len(content) > MOST_BYTES:
        raise NotAPaper(_("The file is larger than 4 MB: photograph it again at a lower resolution."))
    for start, media_type in SIGNATURES.items():
        if content.startswith(start):
            return media_type
    raise NotAPaper(_("Only a PDF, PNG or JPEG file can be kept with a consent."))


def from_data_url(text: str) -> bytes:
    """The picture that the page drew of a signature."""
    if not text.startswith(DATA_URL):
        raise NotAPaper(_("The signature could not be read: sign again."))
    try:
        return base64.b64decode(text.removeprefix(DATA_URL), validate=True)
    except (binascii.Error, ValueError):
        raise NotAPaper(_("The signature could not be read: sign again.")) from None


def is_blank(picture: bytes) -> bool:
    """Whether a PNG holds nothing: every sample of its pixels is 0, as of a canvas on which nobody drew.

    Source: Portable Network Graphics Specification (Third Edition), 5.3 "Chunk layout" and 10 "Compression": the data of the IDAT
    chunks together are one zlib stream. Each line begins with its filter, which is 0 to 4 and says nothing of the pixels.
    """
    data, place = b"", 8
    while place + 8 <= len(picture):
        length, kind = int.from_bytes(picture[place : place + 4]), picture[place + 4 : place + 8]
        if kind == b"IDAT":
            data += picture[place + 8 : place + 8 + length]
        place += 12 + length
    try:
        samples = zlib.decompressobj().decompress(data, MOST_SAMPLES)
    except zlib.error:
        return False
    return bool(samples) and max(samples) <= HIGHEST_FILTER
