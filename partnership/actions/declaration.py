"""A change is an action: one function, declared once with who may do it, as which party, for which scope."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from psycopg2.errors import UniqueViolation

from partnership.actions.rights import Right, require
from partnership.isolation.acting import Acting, current_action
from partnership.isolation.errors import NotAParty, SavedMeanwhile

P = ParamSpec("P")
R = TypeVar("R")


class Party(Enum):
    """As what the acting partner stands to the record that an action changes."""

    OWNER = ("partner_id",)
    SENDER = ("from_partner_id",)
    RECEIVER = ("to_partner_id",)
    EITHER = ("from_partner_id", "to_partner_id")
    DECIDER = ("from_partner_id", "authority_id")

    @property
    def label(self) -> str:
        """In words."""
        return {
            Party.OWNER: _("Owner"),
            Party.SENDER: _("Sender"),
            Party.RECEIVER: _("Receiver"),
            Party.EITHER: _("Sender or receiver"),
            Party.DECIDER: _("Sender, or the authority that decides"),
        }[self]

    def fits(self, record: Any, partner_id: int) -> bool:
        """Whether the partner stands to the record as this says."""
        return any(getattr(record, column) == partner_id for column in self.value)


@dataclass(frozen=True, kw_only=True)
class Action(Right):
    """A declared change. `outside`: nobody who acts for a partner does it, but jobs of the portal, an administrator of the
    service, or anyone (who was invited)."""

    party: Party | None = None
    event: str = ""
    outside: Literal["", "jobs", "anyone", "administrator"] = ""
    module: str = ""
    summary: str = ""

    def allows_role(self, role: str, *, is_manager: bool) -> bool:
        """As Right says; nobody for what is done from outside."""
        return not self.outside and super().allows_role(role, is_manager=is_manager)


ACTIONS: dict[str, Action] = {}
"""Every change that can be made, by name."""


def action(
    name: str,
    *,
    roles: Iterable[str] = (),
    managers_only: bool = False,
    party: Party | None = None,
    scope: str = "",
    event: str = "",
    outside: Literal["", "jobs", "anyone", "administrator"] = "",
    rolls_back: bool = True,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares a function as the one way in which something is changed.

    `roles`, `managers_only`, `scope`: see Right. `party`: as what the acting partner stands to the record, which is the
    first argument after `by`. `event`: what it announces. The function takes keyword arguments, `by` (who acts) first
    unless it is done from `outside` (see Action), and runs in a transaction, in which the history of changes names the outermost action.
    `rolls_back=False` leaves transactions to the function, for jobs that commit as they go.

    Calling it raises NotAllowed for another role or scope (asked of the outermost action alone), NotAParty for another partner's record, and
    SavedMeanwhile where somebody else has just saved what there can be once.
    The declaration stands on the function as `.action`, for the guards of pages and API.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        if name in ACTIONS:
            raise ValueError(f"Two actions are called {name}.")
        parameters = list(inspect.signature(function).parameters)
        if bool(outside) == ("by" in parameters):
            raise ValueError(f"{name}: an action is done by somebody (`by`), or from outside.")
        record_name = next((parameter for parameter in parameters if parameter != "by"), "")
        declared = Action(
            name=name,
            roles=frozenset(map(str, roles)),
            managers_only=managers_only,
            party=party,
            scope=scope,
            event=event,
            outside=outside,
            module=function.__module__,
            summary=(inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " "),
        )

        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs.get("by")
            if isinstance(by, Acting):
                if not current_action.get():  # what an action does by other actions, its own right covers
                    require(declared, by)
                if party and not party.fits(kwargs[record_name], by.partner.pk):
                    raise NotAParty(_("Only the partner that it concerns may do this."))
            if not rolls_back:
                with named(name):
                    return function(*args, **kwargs)
            try:
                with transaction.atomic(), named(name):
                    return function(*args, **kwargs)
            except IntegrityError as error:
                if isinstance(error.__cause__, UniqueViolation) and isinstance(by, Acting):
                    raise SavedMeanwhile(_("This was saved a moment ago. Read the page again.")) from error
                raise

        ACTIONS[name] = declared
        guarded.action = declared  # type: ignore[attr-defined]
        return guarded

    return declare


@contextmanager
def named(name: str) -> Iterator[None]:
    """The outermost action's name, told to the database for the history of changes: until the present transaction ends, and in
    each that acts for a partner meanwhile. Commands of the owner, which are no actions, name themselves with it."""
    if current_action.get():
        yield
        return
    token = current_action.set(name)
    try:
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('portal.action', %s, true)", [name])
        yield
    finally:
        current_action.reset(token)


@contextmanager
def renamed(name: str) -> Iterator[None]:
    """What follows stands in the history of changes under this name, also within another action."""
    before = current_action.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.action', %s, true)", [name])
        yield
        cursor.execute("SELECT set_config('portal.action', %s, true)", [before])


def action_of(function: Any) -> Action:
    """The declaration of an action's function. Raises AttributeError for a function that is none."""
    declaration: Action = function.action
    return declaration
