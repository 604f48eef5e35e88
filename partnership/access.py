"""Who acts for whom, and how the database learns it.

A request, a task or a command acts for exactly one partner at a time (`Acting`). `enter` tells the database, for the
rest of the transaction; row-level security then shows that partner's rows and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from partnership.models import Membership, Partner, User


@dataclass(frozen=True)
class Acting:
    """A user acting for a partner in a role."""

    membership: Membership

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def partner(self) -> Partner:
        return self.membership.partner

    @property
    def role(self) -> str:
        return self.membership.role

    @property
    def is_manager(self) -> bool:
        return self.membership.is_manager


class PartnerRequest(HttpRequest):
    """A request of a signed-in user who acts for a partner."""

    acting: Acting
    user: User


def enter(*, partner_id: int | None, role: str = "", user_id: int | None = None) -> None:
    """Sets the partner, role and user for the rest of the current transaction.

    Raises RuntimeError outside a transaction, where the setting would be gone before the next statement.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The acting partner can only be set inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('portal.partner', %s, true), set_config('portal.role', %s, true),"
            " set_config('portal.user', %s, true)",
            [str(partner_id or ""), role, str(user_id or "")],
        )


@contextmanager
def acting_for(partner_id: int | None, *, role: str = "", user_id: int | None = None) -> Iterator[None]:
    """A transaction in which the database shows the rows of one partner: for tasks, commands and streaming responses."""
    with transaction.atomic():
        enter(partner_id=partner_id, role=role, user_id=user_id)
        yield


def stream_as(acting: Acting, chunks: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """The chunks, made inside a transaction of their own: a streaming response runs after the request's has ended."""
    with acting_for(acting.partner.pk, role=acting.role, user_id=acting.user.pk):
        yield from chunks()


def partner_page(
    *roles: str, manager: bool = False
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view for people who act for a partner in one of the roles (any role when none is named).

    Not signed in: to the sign-in page. No second factor where one is required: to the page that sets it up.
    Another role, or not the partner's manager where `manager` asks for one: 403.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_where_to_go_on(request))
            acting: Acting | None = getattr(request, "acting", None)
            if acting is None:
                return redirect("choose_partner")
            if lacks_second_factor(acting):
                return redirect("mfa_index")
            if roles and acting.role not in roles:
                raise PermissionDenied(
                    _("Your role at %(partner)s does not include this page.") % {"partner": acting.partner.name}
                )
            if manager and not acting.is_manager:
                raise PermissionDenied(
                    _("Only a manager of %(partner)s may do this.") % {"partner": acting.partner.name}
                )
            return view(request, *args, **kwargs)

        guarded.portal_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def _where_to_go_on(request: HttpRequest) -> str:
    """Where somebody who must sign in goes on: a form that came too late waits there."""
    from partnership import keeping

    if request.method == "POST":
        return reverse("unsent") if keeping.stash(request) else "/"
    return request.get_full_path()


def lacks_second_factor(acting: Acting) -> bool:
    """Every role sees people or what happened to them, so every role needs the second factor where it is required."""
    return settings.REQUIRE_SECOND_FACTOR and not acting.membership.has_second_factor  # type: ignore[attr-defined]
