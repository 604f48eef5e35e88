"""Who is told: what a `Tell` means in people. The room that knows the members registers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypedDict


class Tell(TypedDict, total=False):
    """Whom an event is told: members of a partner in some roles (all when none is named), its managers, or one user of it."""

    partner: int
    roles: list[str]
    managers: bool
    user: int
    not_user: int
    url: str


class Recipient(NamedTuple):
    """A user who is told for a partner, and how by e-mail: a value of Notification.Mail."""

    user_id: int
    partner_id: int
    mail: str


Recipients = Callable[[Tell], Iterable[Recipient]]
_registered: list[Recipients] = []


def recipients(function: Recipients) -> Recipients:
    """Registers who is told. There is one such function."""
    if _registered and _registered[0] is not function:
        raise TypeError("Who is told is registered already.")
    _registered[:] = [function]
    return function


def recipients_of(tell: Tell) -> Iterable[Recipient]:
    """The people who are told, as the registered room says."""
    return _registered[0](tell)
