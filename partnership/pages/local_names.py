"""Names that are different in each language, as of places and programmes: Turku is Åbo to who reads Swedish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language

if TYPE_CHECKING:
    from django.db.models import Model

LANGUAGES = ("fi", "sv", "en")
"""In which the portal can be read."""
NAMES = tuple(f"name_{language}" for language in LANGUAGES)
DESCRIPTIONS = tuple(f"description_{language}" for language in LANGUAGES)


def in_readers_language(record: Model, field: str) -> str:
    """The text of `field` in the language of the reader, or of the letter that is written; where that is empty, as it is everywhere."""
    return getattr(record, f"{field}_{(get_language() or '')[:2]}", "") or getattr(record, field)
