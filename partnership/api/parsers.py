"""Reading bodies: JSON that is no deeper than any body of the API, of texts that can be stored."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

STORABLE = re.compile("[^\\x00\\ud800-\\udfff]*")
DEEPEST = 20
"""Objects and lists within one another; the deepest body of the API, a FHIR Bundle, has about ten."""


class NoText(ValueError):
    """Holds what no text of the database can: NUL, or half a character."""


def checked_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what is none or is too deep; NoText."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("deep") from None
    level: list[Any] = [value]
    for _depth in range(DEEPEST):
        texts = [part for part in level if isinstance(part, str)]
        texts += [key for part in level if isinstance(part, dict) for key in part]
        if not STORABLE.fullmatch("".join(texts)):
            raise NoText
        level = [part for inner in level if isinstance(inner, (dict, list)) for part in _parts(inner)]
        if not level:
            return value
    raise ValueError("deep")


def _parts(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _no_number(name: str) -> None:
    raise ValueError(name)


class ShallowJSONParser(JSONParser):
    """JSON as `checked_json` takes it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return checked_json(stream.read().decode())
        except NoText as error:
            raise ValidationError(_("A text holds NUL or half a character, which can’t be stored.")) from error
        except ValueError as error:
            raise ParseError(_("This is not JSON in UTF-8, or lies deeper than any body of this API.")) from error
