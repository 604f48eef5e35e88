"""Errors of business rules. Their message is shown to the user: it says what is wrong and what to do."""

from __future__ import annotations


class RuleError(Exception):
    """A rule of the portal forbids the action; nothing was changed. `code` is stable, for the API."""

    code = "rule"

    def __init__(self, message: object) -> None:
        super().__init__(str(message))
        self.message = message


class Invalid(RuleError):
    """A value that can't be; `field` is the one that holds it."""

    code = "invalid"

    def __init__(self, field: str, message: object) -> None:
        super().__init__(message)
        self.field = field


class DateOutOfRange(RuleError):
    code = "date_out_of_range"


class NotAParty(RuleError):
    """The record is another partner's. Switch to the partner that it concerns, or ask it."""

    code = "not_a_party"
