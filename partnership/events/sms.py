"""Text messages: by any gateway that takes an HTTP request, as the settings describe it; without one, files beside those of e-mail.

`SMS_URL`, `SMS_METHOD`, `SMS_HEADERS` and `SMS_BODY` are a template in which {to} and {text} stand for number and message, each escaped
for where it stands: in the address for an address, in the body for its Content-Type.
"""

from __future__ import annotations

import json
import re
import ssl
import uuid
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, quote_plus, urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone

SECONDS = 20
LATER = (429, 503)
"""Answers of a gateway that has not taken the message, and may later."""
_PLACE = re.compile(r"\{(to|text)\}")
NUMBER = re.compile(r"\+?[0-9]{6,15}")


class Away(Exception):
    """The gateway can't be reached: the message has not left, and is tried again."""


class Unanswered(Exception):
    """The gateway took the request and said nothing: nobody knows whether the message has left."""


def is_available() -> bool:
    """Whether this portal can send text messages."""
    return bool(settings.SMS_URL or settings.SMS_DIR)


def number_of(text: str) -> str:
    """The number as a gateway takes it; empty where it is none."""
    number = re.sub(r"[\s().-]", "", text)
    return number if NUMBER.fullmatch(number) else ""


def send(to: str, text: str) -> int:
    """Hands the message to the gateway; returns the HTTP status that it answered. Raises Away and Unanswered."""
    if not settings.SMS_URL:
        return _into_file(to, text)
    url, body = request_for(to, text)
    parts = urlsplit(url)
    host = parts.hostname or ""
    gateway: HTTPConnection
    if parts.scheme == "https":
        gateway = HTTPSConnection(host, parts.port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        gateway = HTTPConnection(host, parts.port, timeout=SECONDS)
    try:
        gateway.connect()
    except OSError as error:
        raise Away(type(error).__name__) from error
    try:
        address = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        gateway.request(settings.SMS_METHOD, address, body or None, settings.SMS_HEADERS)
        return int(gateway.getresponse().status)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"The gateway did not answer ({type(error).__name__}).") from error
    finally:
        gateway.close()


def _into_file(to: str, text: str) -> int:
    if settings.SMS_DIR is None:
        raise Away("No gateway is set.")
    settings.SMS_DIR.mkdir(parents=True, exist_ok=True)
    name = f"{timezone.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}.txt"
    (settings.SMS_DIR / name).write_text(f"To: {to}\n\n{text}\n")
    return 200


def request_for(to: str, text: str) -> tuple[str, bytes]:
    """Address and body of the request for a message."""
    values = {"to": to, "text": text}

    def filled(template: str, escaped: Callable[[str], str]) -> str:
        return _PLACE.sub(lambda place: escaped(values[place[1]]), template)

    types = [value for name, value in settings.SMS_HEADERS.items() if name.lower() == "content-type"]
    return filled(settings.SMS_URL, lambda value: quote(value, safe="")), filled(
        settings.SMS_BODY, _escape_for(types[0] if types else "")
    ).encode()


def _escape_for(content_type: str) -> Callable[[str], str]:
    if "json" in content_type:
        return lambda value: json.dumps(value)[1:-1]
    if "urlencoded" in content_type:
        return quote_plus
    if "xml" in content_type:
        return escape
    return str
