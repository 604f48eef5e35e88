"""Who acts for whom, and how the database learns it.

A request, a task or a command acts for exactly one partner at a time (`Acting`). `enter` tells the database, for the
rest of the transaction; row-level security then shows that partner's rows and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.http import HttpRequest

from partnership.isolation import context, person, replica
from partnership.isolation.database_roles import PERSON

if TYPE_CHECKING:
    from partnership.members.models import Membership, Partner, User


current_action: ContextVar[str] = ContextVar("current_action", default="")
"""The name of the outermost action under way, for the history of changes."""
MEMBERSHIP_KEY = "membership"
"""Where the session keeps for which partner its user acts."""


@dataclass(frozen=True)
class Acting:
    """A user acting for a partner in a role; or a partner's system, with the scopes that it was given."""

    membership: Membership
    scopes: frozenset[str] | None = None
    """None: a person, whose role decides."""
    client_id: int | None = None
    """The partner's system, where one acts."""

    @property
    def user(self) -> User:
        """Who acts."""
        return self.membership.user

    @property
    def partner(self) -> Partner:
        """For whom."""
        return self.membership.partner

    @property
    def role(self) -> str:
        """In which role, by its code."""
        return self.membership.role

    @property
    def practices(self) -> list[str]:
        """Which practices the partner uses: read with the membership at sign-in, else one query."""
        known = vars(self.membership)
        if "practices" not in known:
            known["practices"] = list(self.partner.practices.values_list("practice", flat=True))
        practices: list[str] = known["practices"]
        return practices

    @property
    def is_manager(self) -> bool:
        """Whether the user manages the partner's members and clients."""
        return self.membership.is_manager


class PartnerRequest(HttpRequest):
    """A request of a signed-in user who acts for a partner."""

    acting: Acting
    user: User


def enter(
    *,
    partner_id: int | None,
    role: str = "",
    user_id: int | None = None,
    through: str = "job",
    client_id: int | None = None,
) -> None:
    """Sets the partner, role and user for the rest of the current transaction; and, for the history of changes, through what
    they act (page, api or job), the partner's system that does, and the action under way. While the replica is read, there too.

    Raises RuntimeError outside a transaction, where the setting would be gone before the next statement.
    """
    for alias in {DEFAULT_DB_ALIAS, replica.alias()}:
        _enter(alias, partner_id=partner_id, role=role, user_id=user_id, through=through, client_id=client_id)


def enter_replica(acting: Acting) -> None:
    """The same for the replica alone, which is read from now: the primary knows already who acts."""
    _enter(replica.ALIAS, partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk, through="page")


def _enter(alias: str, **who: Any) -> None:
    database = connections[alias]
    if not database.in_atomic_block:
        raise RuntimeError("The acting partner can only be set inside a transaction.")
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true),"
            " set_config('portal.action', %s, true)",
            [*context.signed(**who, database=database), current_action.get()],
        )


SIGNING_IN = "signing in"
"""The role in which the database shows what sign-in asks before anybody acts: accounts, memberships, second factors, sessions."""


@contextmanager
def signing_in(user_id: int | None = None) -> Iterator[None]:
    """What follows may ask what sign-in asks; afterwards whoever acted before acts again."""
    with acting_meanwhile():
        enter(partner_id=None, role=SIGNING_IN, user_id=user_id, through="page")
        yield


@contextmanager
def acting_meanwhile() -> Iterator[None]:
    """What follows may enter as somebody else, and reads from the primary; afterwards whoever acted before acts again."""
    with replica.reading(False), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.context', true), current_setting('portal.signature', true)")
        before = [setting or "" for setting in cursor.fetchone()]
        yield
        cursor.execute(
            "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)", before
        )


@contextmanager
def acting_for(partner_id: int | None, *, role: str = "", user_id: int | None = None) -> Iterator[None]:
    """A transaction in which the database shows the rows of one partner: for tasks, commands and streaming responses."""
    with transaction.atomic():
        enter(partner_id=partner_id, role=role, user_id=user_id)
        yield


def stream_as(acting: Acting, chunks: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """The chunks, made inside a transaction of their own: a streaming response runs after the request's has ended. They are read
    where the request was read."""
    return _streamed(acting, chunks, replica.alias())


def _streamed(acting: Acting, chunks: Callable[[], Iterable[Any]], alias: str) -> Iterator[Any]:
    if alias == replica.ALIAS:
        with replica.reading():
            enter_replica(acting)
            yield from chunks()
    else:
        with acting_for(acting.partner.pk, role=acting.role, user_id=acting.user.pk):
            yield from chunks()


@contextmanager
def as_person(*, token: str = "", proof: str = "") -> Iterator[None]:
    """What follows reads as the role of My page: the rows of the one person whose session's `token` this is; with a `proof` alone
    (what code and date of birth come to), their card. Nobody acts for a partner meanwhile; afterwards all is as it was before.
    """
    with acting_meanwhile(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        before = cursor.fetchone()[0]
        kind, secret = (person.CARD, token) if token else (person.PROOF, proof)
        cursor.execute(
            "SELECT set_config('portal.context', '', true), set_config('portal.signature', '', true),"
            f" set_config('{person.SHOWN_SETTING}', %s, true), set_config('{person.SIGNATURE_SETTING}', %s, true)",
            context.signed_shown(kind, secret),
        )
        cursor.execute(f"SET LOCAL ROLE {PERSON}")
        yield
        cursor.execute(
            f"SELECT set_config('{person.SHOWN_SETTING}', '', true), set_config('{person.SIGNATURE_SETTING}', '', true)"
        )
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(before)}")


def passed_second_factor(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor: when it signed in, later, or by setting one up."""
    from allauth.account.authentication import (
        get_authentication_records,
    )  # it needs the models, which import this module

    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Every role sees people or what happened to them, so every session needs the second factor where it is required.

    The session, not its user: a password alone opens nothing because its owner has a second factor somewhere.
    """
    return settings.REQUIRE_SECOND_FACTOR and not passed_second_factor(request)
