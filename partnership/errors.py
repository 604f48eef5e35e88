"""Errors of business rules. Their message is shown to the user: it says what is wrong and what to do."""

from __future__ import annotations


class RuleError(Exception):
    """A rule of the portal forbids the action; nothing was changed. `code` is stable, for the API."""

    code = "rule"

    def __init__(self, message: object) -> None:
        super().__init__(str(message))
        self.message = message
