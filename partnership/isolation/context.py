"""The acting partner is authenticated: the database believes a context only when the portal has signed it.

A context says who acts (partner, role, user, system, through what), in which database session and until when. The portal
signs it with a key that no table shows to the web or the worker role; `portal_context()` checks the signature and every policy
asks it. SQL of an attacker's choice can set the settings to whatever it likes and sees nothing; a context that was overheard in
another session is of no use in the attacker's own.

HMAC-SHA-256 as in RFC 2104, made of sha256 alone, which is all that PostgreSQL has without an extension: the database keeps the key
already combined with the inner and the outer pad.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from django.conf import settings
from django.db import connection

VALID_SECONDS = 300
"""How long after it was signed a context may begin a transaction."""
_BLOCK = 64

FUNCTIONS = """
CREATE TABLE portal_context_key (number integer PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
REVOKE ALL ON portal_context_key FROM PUBLIC, portal_web, portal_worker;

-- Who acts: partner, role, user, system, through what, session, until when. NULL where nothing says so, or nobody signed it.
CREATE FUNCTION portal_context() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  said text := current_setting('portal.context', true);
  signature text := current_setting('portal.signature', true);
  context text[];
BEGIN
  IF said IS NULL OR said = '' OR signature IS NULL THEN RETURN NULL; END IF;
  IF NOT EXISTS (
    SELECT FROM public.portal_context_key k
     WHERE encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(said, 'UTF8'))), 'hex') = signature
  ) THEN RETURN NULL; END IF;
  context := string_to_array(said, '|');
  IF context[6]::integer <> pg_backend_pid() OR context[7]::double precision < extract(epoch FROM now()) THEN RETURN NULL; END IF;
  RETURN context;
END $$;

CREATE OR REPLACE FUNCTION portal_acting_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN nullif((portal_context())[1], '')::bigint;
CREATE OR REPLACE FUNCTION portal_acting_role() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN (portal_context())[2];
CREATE OR REPLACE FUNCTION portal_acting_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN nullif((portal_context())[3], '')::bigint;
"""

WHO = """
-- Whether the user who acts manages the partner for which they act, and whether they administer the service: asked past the
-- policies of the tables that answer it, since those ask it, too.
CREATE FUNCTION portal_acting_manager() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.partnership_membership
                  WHERE user_id = public.portal_acting_user() AND partner_id = public.portal_acting_partner()
                    AND is_manager AND is_active)
$$;
CREATE FUNCTION portal_acting_administrator() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.partnership_user WHERE id = public.portal_acting_user() AND is_staff AND is_active)
$$;
-- Who calls with a token, for whoever knows it: its scope; client, membership, partner and user as `api.auth.KNOWN` lists them.
CREATE FUNCTION portal_caller(checksum text) RETURNS TABLE (
  scope text, client_id bigint, client_partner_id bigint, client_name varchar, client_scopes varchar[], requests_per_minute integer,
  membership_id bigint, membership_user_id bigint, membership_partner_id bigint, role varchar, is_manager boolean,
  partner_id bigint, partner_name varchar, partner_kind varchar,
  user_id bigint, email varchar, full_name varchar, language varchar
) LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.scope, c.id, c.partner_id, c.name, c.scopes, c.requests_per_minute, m.id, m.user_id, m.partner_id, m.role, m.is_manager,
         p.id, p.name, p.kind, u.id, u.email, u.full_name, u.language
    FROM public.oauth2_provider_accesstoken t
    JOIN public.partnership_credential k ON k.id = t.application_id
    JOIN public.partnership_apiclient c ON c.id = k.api_client_id
    JOIN public.partnership_membership m ON m.id = c.membership_id
    JOIN public.partnership_partner p ON p.id = c.partner_id
    JOIN public.partnership_user u ON u.id = m.user_id
   WHERE t.token_checksum = checksum AND t.expires > now() AND (k.expires_at IS NULL OR k.expires_at > now())
     AND c.revoked_at IS NULL AND m.is_active AND p.is_active AND u.is_active
$$;
REVOKE ALL ON FUNCTION portal_caller(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_caller(text) TO portal_web;
"""

CLIENT = """
CREATE FUNCTION portal_acting_client() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN nullif((portal_context())[4], '')::bigint;
"""


def _key() -> bytes:
    """The key of contexts: derived, so that it is never the same as any other secret, and goes with the portal's own."""
    return hmac.new(settings.SECRET_KEY.encode(), b"portal.context", hashlib.sha256).digest()


def signature_of(*parts: str) -> str:
    """A signature that the portal's processes can make and check, and the database can't: hexadecimal HMAC-SHA-256."""
    key = hmac.new(settings.SECRET_KEY.encode(), f"portal.{parts[0]}".encode(), hashlib.sha256).digest()
    return hmac.new(key, "\x1f".join(parts[1:]).encode(), hashlib.sha256).hexdigest()


def sign(context: str) -> str:
    """The signature that the database believes, as hexadecimal digits."""
    return hmac.new(_key(), context.encode(), hashlib.sha256).hexdigest()


def signed(
    *,
    partner_id: int | None,
    role: str,
    user_id: int | None,
    client_id: int | None = None,
    through: str = "job",
    session: int | None = None,
    database: Any = connection,
) -> list[str]:
    """A context for this session of the database (or the one of that number), from now on, and its signature."""
    parts = (
        partner_id or "",
        role,
        user_id or "",
        client_id or "",
        through,
        session or _session(database),
        int(time.time()) + VALID_SECONDS,
    )
    context = "|".join(map(str, parts))
    return [context, sign(context)]


def signed_shown(kind: str, secret: str) -> list[str]:
    """That somebody has shown a secret (`person.py`), for this session of the database from now on: its hash, and the signature of that.

    Divided by colons: what is signed here is no context, whoever says that it were one.
    """
    said = f"{kind}:{hashlib.sha256(secret.encode()).hexdigest()}:{_session()}:{int(time.time()) + VALID_SECONDS}"
    return [said, sign(said)]


def _session(database: Any = connection) -> int:
    """The number of the database session. A pooler in between gives another one each transaction, and must be asked past."""
    if not settings.DATABASE_POOLED:
        database.ensure_connection()
        return int(database.connection.info.backend_pid)
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def store_key() -> None:
    """Tells the database the key, as owner of the tables: after each `migrate`, so that a new SECRET_KEY takes effect with it.

    Does nothing where migrations have not come so far yet.
    """
    padded = _key().ljust(_BLOCK, b"\0")
    pads = [bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('portal_context_key')")
        if cursor.fetchone()[0] is None:
            return
        cursor.execute(
            "INSERT INTO portal_context_key VALUES (1, %s, %s) ON CONFLICT (number) DO UPDATE"
            " SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
            pads,
        )
