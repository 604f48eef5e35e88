"""Tokens of partner systems: got for a secret (RFC 6749) or for a statement signed with a key (RFC 7523), given back (RFC 7009), and where both is done (RFC 8414).

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

from partnership.api import actions, client_keys, client_networks, jobs
from partnership.api.client_secrets import ClientSecretHasher
from partnership.api.scopes import SCOPES
from partnership.events.job_queue import ask_for
from partnership.pages.limits import address_in, client_address, counted, counters

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


class FromElsewhere(errors.OAuth2Error):  # type: ignore[misc] # the library has no types
    """The client may not call from this network. Call from one of its networks, or ask a manager to add yours."""

    error = "access_denied"
    status_code = 403


class ClientValidator(OAuth2Validator):  # type: ignore[misc] # the library has no types
    """Who shows a client's id and secret is the client, or who signs with its key. An id that nobody has takes as long as one with a
    wrong secret."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if _statement(request):
            return self._authenticate_by_key(request)
        is_client: bool = super().authenticate_client(request, *args, **kwargs)
        return is_client

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(_statement(request)) or bool(super().client_authentication_required(request, *args, **kwargs))

    def _authenticate_by_key(self, request: Any) -> bool:
        try:
            client_id = client_keys.subject_of(_statement(request))
            if getattr(request, "client_id", None) not in (None, client_id):
                return False
            credential = self._load_application(client_id, request)
            if credential is None or credential.keys is None:
                return False
            if credential.keys_url and client_keys.is_unknown(_statement(request), credential.keys):
                ask_for_keys(credential)
            client_keys.prove(
                _statement(request), client_id=client_id, keys=credential.keys, audiences=_names_of_portal()
            )
        except client_keys.NotProven:
            return False
        return True

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
        if not client_networks.allows(client.api_client.networks, address_in(request.headers)):
            raise FromElsewhere(_("This client may not call from your network."))
        if counted(f"tokens:{client.api_client_id}", WINDOW) > TOKENS:
            raise TooManyTokens(_("Keep a token for as long as it lasts: you have asked for very many."))
        is_valid: bool = super().validate_grant_type(client_id, grant_type, client, request, *more)
        return is_valid


def _statement(request: Any) -> str:
    """The signed statement that stands in a request in the place of a secret; empty: none."""
    if getattr(request, "client_assertion_type", None) != client_keys.ASSERTION_TYPE:
        return ""
    return getattr(request, "client_assertion", None) or "?"


def _names_of_portal() -> list[str]:
    """Whom a statement may be for: the portal, or one of the addresses to which it is sent."""
    return [settings.SITE_URL, *(settings.SITE_URL + reverse(name) for name in ("oauth-token", "oauth-revoke"))]


def ask_for_keys(credential: Any) -> None:
    """A job reads the keys at a client's address anew: at most once a minute, however many statements come."""
    if counters.add(f"keys-asked-for:{credential.pk}", 1, WINDOW):
        ask_for(jobs.read_client_keys, expires=60)


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
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = list(client_keys.ALGORITHMS)
    return JsonResponse(
        {
            "issuer": settings.SITE_URL,
            "token_endpoint": settings.SITE_URL + reverse("oauth-token"),
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint": settings.SITE_URL + reverse("oauth-revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "service_documentation": settings.SITE_URL + reverse("api-docs"),
        }
    )
