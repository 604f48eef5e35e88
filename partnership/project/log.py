"""The log: no secret of an address stands in it, whoever writes the line and whichever handler keeps it."""

from __future__ import annotations

import json
import logging
import logging.config
import re
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import current_task

SECRET_PART = re.compile(r"(?:(?<=[/=])|(?<=%2F))(?=[a-z_:~-]*[A-Z0-9])[A-Za-z0-9_:~-]{20,}", re.ASCII)
"""A part of an address as long as the tokens of invitations, feeds, resets and confirmations: no name of a page is."""
MASK = "***"
current_request: ContextVar[str] = ContextVar("current_request", default="")
"""The id of the request under way."""


def without_secrets(text: str) -> str:
    """The text, with parts of addresses masked that may be secrets."""
    return SECRET_PART.sub(MASK, text) if "/" in text else text


def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Makes a line of the log. Its arguments are put in before anybody else sees them."""
    line = logging.LogRecord(*args, **kwargs)
    with suppress(TypeError, ValueError):  # its own handler will say what is wrong with it
        line.msg, line.args = without_secrets(line.getMessage()), ()
    return line


class AsJson(logging.Formatter):
    """A line of the log as an object of JSON, with the request or the job in which it was written."""

    def format(self, record: logging.LogRecord) -> str:
        """Without line breaks, whatever is in it."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current_task:
            line |= {"job": current_task.name, "job_id": current_task.request.id or ""}
        if request_id := current_request.get() or (current_task and current_task.request.get("request_id")):
            line["request_id"] = request_id
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(config: dict[str, Any]) -> None:
    """As LOGGING says, and without secrets."""
    logging.config.dictConfig(config)
    logging.setLogRecordFactory(record)
