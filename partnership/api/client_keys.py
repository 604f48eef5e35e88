"""Systems that prove who they are by a key of their own (`private_key_jwt`, RFC 7523): the portal keeps the public half alone.

A system signs, for each token that it asks for, a short statement that it is the client. Nothing that could be stolen from the
portal, from a log or on the way lets anybody else sign one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from partnership.isolation.errors import Invalid
from partnership.pages.limits import counters

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("EdDSA", "ES256", "ES384", "PS256", "RS256")
"""Of signatures. None of them is made with a secret that both sides know."""
KINDS: Mapping[str, frozenset[str]] = {
    "EC": frozenset({"P-256", "P-384"}),
    "OKP": frozenset({"Ed25519"}),
    "RSA": frozenset(),
}
"""Kind of key → its curves."""
LEAST_BITS = 2048
"""Of an RSA key."""
MOST_KEYS = 10
LONGEST = 300
"""Seconds for which a statement may be good: none is to lie about."""
LEEWAY = 30
"""Seconds by which the clocks of portal and system may differ."""
LONGEST_TEXT = 8_000
"""Characters of a statement."""


class NotProven(Exception):
    """The statement does not prove that the system is the client."""


def checked_keys(text: str | bytes) -> list[dict[str, Any]]:
    """The public keys of a JWK set (RFC 7517), or of one key. Raises Invalid for what is none, for a private key, for a weak one."""
    try:
        document = orjson.loads(text)
        keys = document.get("keys", [document])
        if not 1 <= len(keys) <= MOST_KEYS:
            raise Invalid("keys", _("Give one to %(most)s keys.") % {"most": MOST_KEYS})
        return [_checked(key) for key in keys]
    except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError, ValueError, JWException) as error:
        raise Invalid("keys", _("This is no JWK set.")) from error


def _checked(described: Mapping[str, Any]) -> dict[str, Any]:
    key = JWK(**described)
    if key.has_private or not key.has_public:
        raise Invalid("keys", _("Give the public keys alone: a private key stays in your system."))
    public: dict[str, Any] = key.export_public(as_dict=True)
    curves = KINDS.get(public["kty"])
    is_strong = curves is not None and (
        public["crv"] in curves if curves else key.get_op_key("verify").key_size >= LEAST_BITS
    )
    if not is_strong:
        raise Invalid("keys", _("Use keys of the kinds EC (P-256, P-384), Ed25519 or RSA with at least 2048 bits."))
    return public | {"kid": str(described.get("kid") or key.thumbprint())}


def subject_of(statement: str) -> str:
    """Which client a statement says that it is of. Nothing is proven yet. Raises NotProven for what is no statement."""
    if len(statement) > LONGEST_TEXT:
        raise NotProven
    try:
        signed = JWS()
        signed.deserialize(statement)
        claims = orjson.loads(signed.objects["payload"])
        return str(claims["sub"])
    except (JWException, orjson.JSONDecodeError, TypeError, KeyError, ValueError) as error:
        raise NotProven from error


def number_of_key(statement: str) -> str:
    """The `kid` that a statement names; empty: none."""
    signed = JWS()
    signed.deserialize(statement)
    return str(signed.jose_header.get("kid", ""))


def is_unknown(statement: str, keys: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a statement names a key that is none of these. Raises NotProven for what is no statement."""
    try:
        named = number_of_key(statement)
    except JWException as error:
        raise NotProven from error
    return bool(named) and all(key["kid"] != named for key in keys)


def prove(statement: str, *, client_id: str, keys: Sequence[Mapping[str, Any]], audiences: Iterable[str]) -> None:
    """Raises NotProven, unless one of the keys signed the statement, for the portal (one of `audiences`), and it comes for the first
    time and not too late."""
    claims = _signed_by(statement, keys)
    now = time.time()
    said_for = claims.get("aud")
    ends, begins = claims.get("exp"), claims.get("nbf", 0)
    number = claims.get("jti")
    is_right = (
        claims.get("iss") == claims.get("sub") == client_id
        and bool(set(audiences) & set(said_for if isinstance(said_for, list) else [said_for]))
        and isinstance(ends, (int, float))
        and now - LEEWAY < ends <= now + LONGEST + LEEWAY
        and isinstance(begins, (int, float))
        and begins <= now + LEEWAY
        and isinstance(number, str)
        and 1 <= len(number) <= 200
    )
    if not is_right:
        raise NotProven
    if not counters.add(f"statement:{client_id}:{number}", 1, LONGEST + 3 * LEEWAY):
        raise NotProven  # overheard, or sent twice


def _signed_by(statement: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    try:
        named = number_of_key(statement)
        for described in keys:
            if named and described["kid"] != named:
                continue
            signed = JWS()
            signed.allowed_algs = list(ALGORITHMS)
            signed.deserialize(statement)
            try:
                signed.verify(JWK(**described))
            except JWException:
                continue
            claims = orjson.loads(signed.payload)
            if isinstance(claims, dict):
                return claims
    except (JWException, orjson.JSONDecodeError, TypeError, KeyError, ValueError) as error:
        raise NotProven from error
    raise NotProven
