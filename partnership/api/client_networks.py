"""From which networks a partner's system may call."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from partnership.isolation.errors import Invalid

MOST = 20
FUNCTIONS = """
-- As before, and last the networks from which the client may call.
DROP FUNCTION portal_caller(text);
CREATE FUNCTION portal_caller(checksum text) RETURNS TABLE (
  scope text, client_id bigint, client_partner_id bigint, client_name varchar, client_scopes varchar[], requests_per_minute integer,
  default_purpose varchar, membership_id bigint, membership_user_id bigint, membership_partner_id bigint, role varchar,
  is_manager boolean, partner_id bigint, partner_name varchar, partner_kind varchar,
  user_id bigint, email varchar, full_name varchar, language varchar, networks varchar[]
) LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.scope, c.id, c.partner_id, c.name, c.scopes, c.requests_per_minute, c.default_purpose,
         m.id, m.user_id, m.partner_id, m.role, m.is_manager, p.id, p.name, p.kind, u.id, u.email, u.full_name, u.language, c.networks
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


def checked(networks: Iterable[str]) -> list[str]:
    """The networks as they are kept. Raises Invalid for what is none, and for parts of an IPv6 network of 64 bits, all of which is
    one caller's."""
    kept: list[str] = []
    for text in networks:
        try:
            network = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError as error:
            raise Invalid("networks", _("%(text)s is no network.") % {"text": text.strip()[:50]}) from error
        if network.version == 6 and network.prefixlen > 64:
            network = network.supernet(new_prefix=64)
        if str(network) not in kept:
            kept.append(str(network))
    if len(kept) > MOST:
        raise Invalid("networks", _("At most %(most)s networks.") % {"most": MOST})
    return kept


def allows(networks: Sequence[str], address: str) -> bool:
    """Whether a call from the address is allowed (`limits.client_address`: of IPv6, the beginning of its network)."""
    if not networks:
        return True
    return bool(address) and any(ipaddress.ip_address(address) in ipaddress.ip_network(each) for each in networks)
