"""The log: no secret of an address stands in it, whoever writes the line and whichever handler keeps it."""

from __future__ import annotations

import logging
import logging.config
import re
from contextlib import suppress
from typing import Any

SECRET_PART = re.compile(r"(?:(?<=[/=])|(?<=%2F))(?=[a-z_:~-]*[A-Z0-9])[A-Za-z0-9_:~-]{20,}", re.ASCII)
"""A part of an address as long as the tokens of invitations, feeds, resets and confirmations: no name of a page is."""
MASK = "***"


def without_secrets(text: str) -> str:
    """The text, with parts of addresses masked that may be secrets."""
    return SECRET_PART.sub(MASK, text) if "/" in text else text


def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Makes a line of the log. Its arguments are put in before anybody else sees them."""
    line = logging.LogRecord(*args, **kwargs)
    with suppress(TypeError, ValueError):  # its own handler will say what is wrong with it
        line.msg, line.args = without_secrets(line.getMessage()), ()
    return line


def configure(config: dict[str, Any]) -> None:
    """As LOGGING says, and without secrets."""
    logging.config.dictConfig(config)
    logging.setLogRecordFactory(record)
