"""Errors of business rules. Their message is shown to the user: it says what is wrong and what to do.

The docstring of each class is its entry in the API's catalogue of problems: the first sentence is the title, the rest what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class InTheWay(NamedTuple):
    """A record of the acting partner that a broken rule is about: the name of its page, and its number."""

    page: str
    number: int


class RuleError(Exception):
    """A rule of the portal forbids this, and nothing was changed. Do what the message says, then try again."""

    code = "rule"
    """Stable: partner systems decide on it."""
    status = 422
    """The API's answer: 403 for who may not, 409 where the present state forbids it, 412 for what changed meanwhile, else 422."""

    def __init__(self, message: object, *, records: Sequence[InTheWay] = ()) -> None:
        """`records`: those that stand in the way, to which a page leads and which the API names."""
        super().__init__(str(message))
        self.message = message
        self.records = list(records)


class Invalid(RuleError):
    """A value is missing or wrong. Correct the `field` that it names."""

    code = "invalid"

    def __init__(self, field: str, message: object) -> None:
        super().__init__(message)
        self.field = field


class DateOutOfRange(RuleError):
    """A date lies in the future, or before what it belongs to. Send a day between the start of that and today."""

    code = "date_out_of_range"


class SavedMeanwhile(RuleError):
    """Somebody saved the same at this very moment, or you pressed twice. Read the page again: it may be done already."""

    code = "saved_meanwhile"
    status = 409


class NotAParty(RuleError):
    """The record is another partner's. Switch to the partner that it concerns, or ask it."""

    code = "not_a_party"
    status = 403
