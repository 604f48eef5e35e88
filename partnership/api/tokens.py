"""Tokens of partner systems: got for a secret (RFC 6749), given back (RFC 7009), and where both is done (RFC 8414).

Whoever has no secret gets no work out of the portal: an id that is known costs what an unknown one costs, and after some wrong
secrets from an address the next ones are not looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views import RevokeTokenView, TokenView
from oauthlib.oauth2.rfc6749 import errors

from partnership.api import actions
from partnership.api.client_secrets import ClientSecretHasher
from partnership.api.scopes import SCOPES
from partnership.pages.limits import client_address, counted, counters

GRANT = "client_credentials"
ADDRESSES = "/api/v1/oauth/"
WINDOW = 60
WRONG_SECRETS = 30
"""So many wrong secrets in `WINDOW` seconds from one address; right ones are not counted, and slow nobody."""
TOKENS = 30
"""So many tokens in `WINDOW` seconds for one client: it needs one in ten minutes."""
REMEMBERED = 1
"""For so many seconds a process refuses an address without asking the cache about it again."""
MOST_REMEMBERED = 1000
"""Addresses."""
NOBODYS = ClientSecretHasher().encode("nobody's")


class TooManyTokens(errors.OAuth2Error):  # type: ignore[misc] # the library has no types
    """A client asks for a token again and again. Keep the one that you have for as long as it lasts."""

    error = "temporarily_unavailable"
    status_code = 429


class ClientValidator(OAuth2Validator):  # type: ignore[misc] # the library has no types
    """Who shows a client's id and secret is the client. An id that nobody has takes as long as one with a wrong secret."""

    def _load_application(self, client_id: Any, request: Any) -> Any:
        credential = super()._load_application(client_id, request)
        if credential is None:
            self._check_secret("", NOBODYS)
        return credential

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        is_right: bool = super()._check_secret(provided_secret, stored_secret)
        if is_right and not stored_secret.startswith(f"{ClientSecretHasher.algorithm}$"):
            actions.keep_secret_anew(kept=stored_secret, secret=provided_secret)
        return is_right

    def validate_grant_type(self, client_id: Any, grant_type: str, client: Any, request: Any, *more: Any) -> bool:
        """Asked of a client that showed its secret: nobody else uses up its tokens. Raises TooManyTokens."""
        if counted(f"tokens:{client.api_client_id}", WINDOW) > TOKENS:
            raise TooManyTokens(_("Keep a token for as long as it lasts: you have asked for very many."))
        is_valid: bool = super().validate_grant_type(client_id, grant_type, client, request, *more)
        return is_valid


class Refused:
    """Addresses that a process refuses, each for `REMEMBERED` seconds: what costs next to nothing keeps nobody else waiting."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def note(self, address: str) -> None:
        """This address has sent too many wrong secrets."""
        if len(self._until) >= MOST_REMEMBERED:
            self._until.clear()
        self._until[address] = time.monotonic() + REMEMBERED

    def holds(self, address: str) -> bool:
        """Whether it is refused without a question."""
        return self._until.get(address, 0.0) > time.monotonic()

    def forget(self) -> None:
        """The next request of each address is looked up."""
        self._until.clear()


refused = Refused()


def slow_guessing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuses an address that sent many wrong secrets, before anything else is done for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADDRESSES):
            return get_response(request)
        address = client_address(request)
        if refused.holds(address):
            return _too_many_wrong()
        key = f"wrong-secrets:{address}"
        if counters.get(key, 0) >= WRONG_SECRETS:
            refused.note(address)
            return _too_many_wrong()
        response = get_response(request)
        if response.status_code == 401:
            counted(key, WINDOW)
        if response.status_code == 429:
            response["Retry-After"] = str(WINDOW)
        return response

    return middleware


def _too_many_wrong() -> HttpResponse:
    response: HttpResponse = _error(429, TooManyTokens.error, "Too many wrong secrets came from your address.")
    response["Retry-After"] = str(WINDOW)
    # It leaves before those who give every other answer these.
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response._has_been_logged = True  # type: ignore[attr-defined] # hundreds a second say no more than one
    return response


def _error(status: int, error: str, description: str) -> JsonResponse:
    """An error as RFC 6749 describes it."""
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"] = "no-store"
    return response


class TokenEndpoint(TokenView):  # type: ignore[misc] # the library has no types
    """A token for a client's id and secret. The library knows of other grants, which there are none of here."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        grant = request.POST.get("grant_type")
        if not grant:
            return _error(400, "invalid_request", "Send grant_type=client_credentials in the body.")
        if grant != GRANT:
            return _error(400, "unsupported_grant_type", "There is client_credentials alone.")
        response: HttpResponse = self.authorization_flow_token_response(request)
        return response


token = TokenEndpoint.as_view()
revoke = RevokeTokenView.as_view()


@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    """Where tokens are got and given back, and which scopes there are (RFC 8414)."""
    methods = ["client_secret_basic", "client_secret_post"]
    return JsonResponse(
        {
            "issuer": settings.SITE_URL,
            "token_endpoint": settings.SITE_URL + reverse("oauth-token"),
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": settings.SITE_URL + reverse("oauth-revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "service_documentation": settings.SITE_URL + reverse("api-docs"),
        }
    )
