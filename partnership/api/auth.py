"""Who calls: a partner's system by its token, or a person by the session of the pages."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from partnership.actions import NotAllowed, Right, require
from partnership.api import client_networks
from partnership.api.models import ApiClient
from partnership.api.problems import ForbiddenNetwork, InsufficientScope, InvalidToken
from partnership.isolation import replica
from partnership.isolation.acting import Acting, enter, lacks_second_factor
from partnership.pages.limits import client_address, counters

PEOPLE_PER_MINUTE = 600
WINDOW = 60


class Token(NamedTuple):
    """A token that was shown: what it may do now."""

    scopes: frozenset[str]


# Who the members are is the domain's matter, above this package: a client's own fields lead to them.
_MEMBERSHIP, _PARTNER = (ApiClient._meta.get_field(name).related_model for name in ("membership", "partner"))
KNOWN: dict[Any, list[str]] = {
    ApiClient: ["id", "partner_id", "name", "scopes", "requests_per_minute", "default_purpose"],
    _MEMBERSHIP: ["id", "user_id", "partner_id", "role", "is_manager"],
    _PARTNER: ["id", "name", "kind"],
    get_user_model(): ["id", "email", "full_name", "language"],
}
"""What of the caller each request needs, in the order in which `portal_caller` tells it; the rest is read when it is asked for."""
CALLER = "SELECT * FROM portal_caller(%s)"
"""Asked past the policies: whoever knows the token learns whose it is."""


class BearerAuthentication(BaseAuthentication):
    """The token of a client-credentials grant. From here on the database shows the client's partner's rows alone."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise InvalidToken(_("Send one token: “Authorization: Bearer …”."))
        checksum = hashlib.sha256(header[1]).hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(CALLER, [checksum])
            row = cursor.fetchone()
        if row is None:
            raise InvalidToken(_("The token has expired, was revoked or never existed."))
        scope, *values, networks = row
        if not client_networks.allows(networks, client_address(request._request)):
            raise ForbiddenNetwork
        client, membership, partner, user = (
            model.from_db("default", columns, [values.pop(0) for _column in columns])
            for model, columns in KNOWN.items()
        )
        membership.partner, membership.user, client.partner = partner, user, partner
        if replica.alias() == replica.ALIAS and replica.has_just_written(replica.system(client.pk)):
            replica.read_from_primary()
        enter(partner_id=partner.pk, role=membership.role, user_id=user.pk, through="api", client_id=client.pk)
        scopes = frozenset(scope.split()) & frozenset(client.scopes)
        request._request.acting = Acting(membership, scopes, client.pk)  # type: ignore[attr-defined]
        request._request.api_client = client  # type: ignore[attr-defined]
        return user, Token(scopes)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PersonAuthentication(SessionAuthentication):
    """A person who is signed in to the pages. Writes need the form token of the pages (CSRF)."""


def client_of(request: Request) -> ApiClient | None:
    """The client that calls; None when a person does."""
    return getattr(request._request, "api_client", None)


class HasScope(BasePermission):
    """The caller acts for a partner and has the operation's right. Which rows, the database decides."""

    def has_permission(self, request: Request, view: Any) -> bool:
        acting = getattr(request._request, "acting", None)
        if acting is None:
            return False
        if request.auth is None and lacks_second_factor(request._request):
            raise PermissionDenied(_("Sign in with your second factor first, or set one up."))
        right = view.right()
        if right is not None:
            require_right(right, acting)
        return True


def require_right(right: Right, acting: Acting) -> None:
    """Raises InsufficientScope where a system lacks the right's scope, PermissionDenied where a person's role lacks it."""
    try:
        require(right, acting)
    except NotAllowed as refusal:
        error = PermissionDenied if acting.scopes is None else InsufficientScope
        raise error(str(refusal), right.scope) from refusal


class PerMinute(BaseThrottle):
    """So many requests in each minute of the clock, per client or person; the answer says how many are left."""

    def allow_request(self, request: Request, view: Any) -> bool:
        acting = getattr(request._request, "acting", None)
        if acting is None:
            return True
        client = client_of(request)
        limit = client.requests_per_minute if client else PEOPLE_PER_MINUTE
        now = timezone.now().timestamp()
        window = int(now // WINDOW)
        key = f"rate:{acting.user.pk}:{window}"
        try:
            used: int = counters.incr(key)
        except ValueError:  # the first of this minute
            used = 1 if counters.add(key, 1, WINDOW * 2) else counters.incr(key)
        self.left = (window + 1) * WINDOW - now
        request._request.rate = (limit, max(0, limit - used), int(self.left) + 1)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return self.left
