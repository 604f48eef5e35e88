"""Who calls: a partner's system by its token, or a person by the session of the pages."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_access_token_model
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from partnership.access import Acting, enter, lacks_second_factor
from partnership.api import scopes
from partnership.api.problems import InvalidToken
from partnership.models import ApiClient

PEOPLE_PER_MINUTE = 600
WINDOW = 60


class BearerAuthentication(BaseAuthentication):
    """The token of a client-credentials grant. From here on the database shows the client's partner's rows alone."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise InvalidToken(_("Send one token: “Authorization: Bearer …”."))
        checksum = hashlib.sha256(header[1]).hexdigest()
        token = (
            get_access_token_model()
            .objects.select_related("application__api_client__partner", "application__api_client__membership__user")
            .filter(token_checksum=checksum, expires__gt=timezone.now())
            .first()
        )
        if token is None or not token.application.is_usable(request):
            raise InvalidToken(_("The token has expired, was revoked or never existed."))
        client = token.application.api_client
        membership = client.membership
        membership.partner = client.partner
        if not membership.is_active:
            raise InvalidToken(_("The client was switched off."))
        enter(partner_id=client.partner_id, role=membership.role, user_id=membership.user_id)
        request._request.acting = Acting(membership)  # type: ignore[attr-defined]
        request._request.api_client = client  # type: ignore[attr-defined]
        token.scopes_now = frozenset(token.scope.split()) & frozenset(client.scopes)
        return membership.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PersonAuthentication(SessionAuthentication):
    """A person who is signed in to the pages. Writes need the form token of the pages (CSRF)."""


def client_of(request: Request) -> ApiClient | None:
    return getattr(request._request, "api_client", None)


def scopes_of(request: Request) -> frozenset[str]:
    if request.auth is not None:
        return frozenset(request.auth.scopes_now)  # type: ignore[union-attr]
    acting = getattr(request._request, "acting", None)
    return scopes.of_person(acting) if acting else frozenset()


class HasScope(BasePermission):
    """The caller acts for a partner and has the operation's scope. Which rows, the database decides."""

    def has_permission(self, request: Request, view: Any) -> bool:
        acting = getattr(request._request, "acting", None)
        if acting is None:
            return False
        if request.auth is None and lacks_second_factor(acting):
            raise PermissionDenied(_("Set up your second factor first."))
        scope = view.scope()
        if scope and scope not in scopes_of(request):
            raise PermissionDenied(_("This needs the scope “%(scope)s”.") % {"scope": scope})
        return True


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
        cache.add(key, 0, WINDOW * 2)
        used = cache.incr(key)
        self.left = (window + 1) * WINDOW - now
        request._request.rate = (limit, max(0, limit - used), int(self.left) + 1)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return self.left
