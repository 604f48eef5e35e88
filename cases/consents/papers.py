"""The signed form behind a consent: checked by what it is, not by what it calls itself; stored encrypted."""

from __future__ import annotations

import base64
import binascii

from django.utils.translation import gettext as _

from partnership.isolation.errors import RuleError

MOST_BYTES = 4 * 1024 * 1024
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
DATA_URL = "data:image/png;base64,"


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
