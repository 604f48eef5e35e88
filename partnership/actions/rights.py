"""Rights: who may see a noun, who may do a verb. Declared once, asked by pages, API, menu, search and documentation alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.urls import get_resolver
from django.utils.translation import gettext as _

from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError


class NotAllowed(RuleError):
    """Your role, or the scopes of your system, do not include this. Ask the partner's manager, or somebody whose role it is."""

    code = "not_allowed"
    status = 403


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a role may do or see.

    `roles`: those who may; empty: everybody who acts for a partner. `managers_only`: those of them who manage the partner.
    `scope`: what a partner system needs for it; empty: no system may.
    """

    name: str
    roles: frozenset[str] = frozenset()
    managers_only: bool = False
    scope: str = ""

    def allows(self, acting: Acting) -> bool:
        """Whether this user or system may. Which rows, the database decides."""
        if (
            acting.scopes is not None
        ):  # a partner system: it was given scopes, and has no more of its role than they say
            return bool(self.scope) and self.scope in acting.scopes
        return self.allows_role(acting.role, is_manager=acting.is_manager)

    def allows_role(self, role: str, *, is_manager: bool) -> bool:
        """Whether a role may, as a manager or not."""
        return (not self.roles or role in self.roles) and (is_manager or not self.managers_only)


@dataclass(frozen=True, kw_only=True)
class Reading(Right):
    """The right to see records of one kind."""


READINGS: dict[str, Reading] = {}
"""Every noun that can be seen, by name."""


def reading(name: str, *, roles: Iterable[str] = (), managers_only: bool = False, scope: str = "") -> Reading:
    """Declares who sees a noun. Raises ValueError for a name that is declared already."""
    if name in READINGS:
        raise ValueError(f"Two readings are called {name}.")
    READINGS[name] = Reading(name=name, roles=frozenset(map(str, roles)), managers_only=managers_only, scope=scope)
    return READINGS[name]


def require(right: Right, acting: Acting) -> None:
    """Raises NotAllowed when the user or system lacks the right."""
    if right.allows(acting):
        return
    if acting.scopes is not None:
        raise NotAllowed(_("This needs the scope “%(scope)s”.") % {"scope": right.scope or "—"})
    if right.managers_only and not acting.is_manager:
        raise NotAllowed(_("Only a manager of %(partner)s may do this.") % {"partner": acting.partner.name})
    raise NotAllowed(_("Your role at %(partner)s does not include this.") % {"partner": acting.partner.name})


def rights() -> Iterator[Right]:
    """All rights: readings, then actions."""
    from partnership.actions.declaration import ACTIONS

    # A room declares its rights when it is imported, and the addresses of the portal import them all: without them a process
    # that has answered no request yet (a command, a test) would know of some rights only.
    get_resolver().url_patterns  # noqa: B018
    return chain(READINGS.values(), ACTIONS.values())


def right_called(name: str) -> Right:
    """The reading or action of this name. Raises KeyError where there is none: a template that asks for it is wrong."""
    from partnership.actions.declaration import ACTIONS

    return READINGS[name] if name in READINGS else ACTIONS[name]


def rights_of(role: str, *, is_manager: bool = False) -> list[Right]:
    """What a role may see and do."""
    return [right for right in rights() if right.allows_role(role, is_manager=is_manager)]


def scopes_of(role: str, *, is_manager: bool = False) -> frozenset[str]:
    """The scopes that come to the same as a role: what a person may over the API, and what a manager can give to a system."""
    return frozenset(right.scope for right in rights_of(role, is_manager=is_manager) if right.scope)
