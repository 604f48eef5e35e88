"""Which files the library takes: told by their first bytes, not by what they call themselves."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from partnership.isolation.errors import Invalid

MOST_BYTES = 4 * 1024 * 1024
"""No more than a request's body may hold (partnership/project/middleware.py)."""


class Kind(NamedTuple):
    media_type: str
    suffix: str


PDF = Kind("application/pdf", "pdf")
SIGNATURES = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": Kind("image/png", "png"),
    b"\xff\xd8\xff": Kind("image/jpeg", "jpg"),
}
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
"""Of OpenDocument files the first entry is their media type, not compressed, with no extra field before it."""
SUFFIXES = {kind.media_type: kind.suffix for kind in SIGNATURES.values()} | OPEN_DOCUMENT
ACCEPTED = ",".join(SUFFIXES)
_ZIP, _NAME, _AT = b"PK\x03\x04", b"mimetype", 30


def media_type_of(content: bytes) -> str:
    """What the bytes are. Raises Invalid for what the library does not take, or is larger than 4 MB."""
    if len(content) > MOST_BYTES:
        raise Invalid("file", _("The file is larger than 4 MB. Make it smaller, or link to it."))
    for start, kind in SIGNATURES.items():
        if content.startswith(start):
            return kind.media_type
    if content.startswith(_ZIP) and content[_AT : _AT + len(_NAME)] == _NAME:
        rest = content[_AT + len(_NAME) :]
        for media_type in OPEN_DOCUMENT:
            if rest.startswith(media_type.encode() + b"PK"):
                return media_type
    raise Invalid("file", _("Choose a PDF, PNG, JPEG or OpenDocument file, or link to it."))
