"""OpenID Connect 1.0, as far as signing in needs it: the authorization code flow with PKCE, state and nonce (OpenID Connect Core 3.1,
RFC 7636).

The portal calls a partner's provider under the rules of webhooks: https, public internet, a deadline, a limit of bytes. The
signature of a token is always checked, with the provider's public keys; what the portal itself fetched is no exception.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from partnership.events.webhooks import ForbiddenAddress, check_address, fetch
from partnership.isolation.errors import RuleError
from partnership.own_sign_in.models import SignInProvider

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Of signatures that somebody with the public key alone can't make."""
MOST_BYTES = 256 * 1024
LEEWAY = 60
"""Seconds by which the clocks of portal and provider may differ."""
LONGEST_SUBJECT = 255


class ProviderFails(Exception):
    """The provider does not answer, or not as OpenID Connect says."""


class Errand(NamedTuple):
    """What a browser's session keeps while its user is at the provider: by it the answer is known to be theirs."""

    provider: int
    state: str
    nonce: str
    verifier: str
    begun_at: float

    @classmethod
    def new(cls, provider: int) -> Errand:
        """One that nobody can guess."""
        return cls(
            provider, secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), time.time()
        )


class Told(NamedTuple):
    """What a provider says of somebody who signed in there."""

    subject: str
    email: str
    asked_second_factor: bool


def _read(work: Callable[[], bytes]) -> dict[str, Any]:
    try:
        document = orjson.loads(work())
    except (OSError, HTTPException, ForbiddenAddress, ValueError, RuleError) as failure:
        raise ProviderFails(str(failure)) from failure
    if not isinstance(document, dict):
        raise ProviderFails("no object")
    return document


def configuration(issuer: str) -> dict[str, Any]:
    """What a provider says of itself. Raises ProviderFails, for another's too."""
    config = _read(lambda: fetch(issuer.rstrip("/") + WELL_KNOWN, MOST_BYTES))
    if str(config.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise ProviderFails("it names another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        try:
            check_address(str(config.get(name, "")))
        except (RuleError, ValueError) as refusal:
            raise ProviderFails(f"{name} can't be called") from refusal
    return config


def where_to_sign_in(provider: SignInProvider, errand: Errand, redirect_uri: str) -> str:
    """The address at the provider to which the browser is sent. Raises ProviderFails."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).rstrip(b"=").decode()
    address: str = configuration(provider.issuer)["authorization_endpoint"]
    query = urlencode(
        {
            "response_type": "code",
            "scope": "openid email profile",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{address}{'&' if '?' in address else '?'}{query}"


def told_by(provider: SignInProvider, errand: Errand, code: str, redirect_uri: str) -> Told:
    """Whom the provider signed in, for the code that the browser brought back. Raises ProviderFails for all that is not as it should be."""
    config = configuration(provider.issuer)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": errand.verifier,
    }
    headers: dict[str, str] = {}
    methods = config.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    tokens = _read(lambda: fetch(config["token_endpoint"], MOST_BYTES, form=form, headers=headers))
    keys = _read(lambda: fetch(config["jwks_uri"], MOST_BYTES))
    return read_token(str(tokens.get("id_token", "")), keys, config["issuer"], provider.client_id, errand.nonce)


def read_token(token: str, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> Told:
    """What an ID token says, if the provider signed it, for the portal, in answer to this very asking, and not too long ago (OpenID
    Connect Core 3.1.3.7). Raises ProviderFails."""
    claims = _signed(token, keys)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject, ends, begun = claims.get("sub"), claims.get("exp"), claims.get("iat")
    now = time.time()
    is_right = (
        claims.get("iss") == issuer
        and client_id in audiences
        and (len(audiences) == 1 or claims.get("azp") == client_id)
        and claims.get("azp", client_id) == client_id
        and claims.get("nonce") == nonce
        and isinstance(ends, (int, float))
        and ends > now - LEEWAY
        and isinstance(begun, (int, float))
        and begun <= now + LEEWAY
        and isinstance(subject, str)
        and 0 < len(subject) <= LONGEST_SUBJECT
    )
    if not is_right:
        raise ProviderFails("the token is not for this sign-in")
    email = claims.get("email")
    is_theirs = isinstance(email, str) and claims.get("email_verified", True) in (True, "true")
    factors = claims.get("amr")
    return Told(str(subject), str(email).lower() if is_theirs else "", isinstance(factors, list) and "mfa" in factors)


def _signed(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token that one of the provider's keys signed."""
    try:
        named = JWS()
        named.deserialize(token)
        kid = named.jose_header.get("kid")
        for described in keys["keys"]:
            if described.get("kty") == "oct" or (kid and described.get("kid") not in (None, kid)):
                continue
            signed = JWS()
            signed.allowed_algs = ALGORITHMS
            signed.deserialize(token)
            try:
                signed.verify(JWK(**described))
            except JWException:
                continue
            claims = orjson.loads(signed.payload)
            if isinstance(claims, dict):
                return claims
    except (JWException, orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProviderFails("the token can't be read") from error
    raise ProviderFails("no key of the provider signed the token")
