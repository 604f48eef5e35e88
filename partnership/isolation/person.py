"""My page in the database: whose rows the role `portal_person` sees.

Who has a session of My page tells the database the hash of its token, in a setting of the transaction, signed by the portal for this
session of the database as contexts are (`context.py`), and the database itself looks for the card whose session that is. Neither the
token nor what code and date come to ever stands in a statement: who overhears one learns nothing that opens a page. A card that was ended or has run out, or a session in which nothing
happened for `IDLE_MINUTES`, shows no row, whatever the pages ask.

The functions look up tables of the floors above when they are called, not when they are made.
"""

from __future__ import annotations

IDLE_MINUTES = 15
"""After so long in which nothing happened a session is over."""

CARD, PROOF = "card", "proof"
"""What was shown: the token of a session; before there is one, what code and date of birth come to."""
SHOWN_SETTING, SIGNATURE_SETTING = "portal.shown", "portal.shown_signature"
"""Settings of a transaction: `kind:hash:session:until`, and the portal's signature of it."""

SHOWN_PROOF = f"(select portal_shown('{PROOF}'))"
"""SQL: the hash under which a card stands whose code and date of birth were shown."""

FUNCTIONS = f"""
-- The hash of what was shown, of this kind; NULL where nothing was, nobody signed it, or it was said in another session or long ago.
CREATE FUNCTION portal_shown(kind text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  said text := current_setting('{SHOWN_SETTING}', true);
  signature text := current_setting('{SIGNATURE_SETTING}', true);
  parts text[];
BEGIN
  IF said IS NULL OR said = '' OR signature IS NULL THEN RETURN NULL; END IF;
  IF NOT EXISTS (
    SELECT FROM public.portal_context_key k
     WHERE encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(said, 'UTF8'))), 'hex') = signature
  ) THEN RETURN NULL; END IF;
  parts := string_to_array(said, ':');
  IF parts[1] IS DISTINCT FROM kind OR parts[3]::integer IS DISTINCT FROM pg_backend_pid()
     OR parts[4]::double precision < extract(epoch FROM now()) THEN RETURN NULL; END IF;
  RETURN parts[2];
END $$;
-- The card whose session this is; NULL where there is none, or it is over.
CREATE FUNCTION portal_person_card() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  shown text := public.portal_shown('{CARD}');
BEGIN
  IF shown IS NULL THEN RETURN NULL; END IF;
  RETURN (SELECT c.id FROM public.cases_card c
           WHERE c.session_hash = shown AND c.ended_at IS NULL
             AND c.valid_until >= public.portal_today() AND c.seen_at > now() - interval '{IDLE_MINUTES} minutes'
             -- Whose guardian must not learn of it has no page, whichever of their records says so.
             AND NOT EXISTS (
               SELECT FROM public.cases_person p
                 JOIN public.cases_person o ON o.id = coalesce(p.same_as_id, p.id) OR o.same_as_id = coalesce(p.same_as_id, p.id)
                 JOIN public.cases_contactwish w ON w.person_id = o.id AND w.not_guardian
                WHERE p.id = c.person_id));
END $$;
-- The records of the card's person: that for which it was made, and those linked with it.
CREATE FUNCTION portal_person_records() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  first bigint := (SELECT coalesce(p.same_as_id, p.id) FROM public.cases_card c JOIN public.cases_person p ON p.id = c.person_id
                    WHERE c.id = public.portal_person_card());
BEGIN
  RETURN (SELECT array_agg(p.id) FROM public.cases_person p WHERE p.id = first OR p.same_as_id = first);
END $$;
CREATE FUNCTION portal_person_enrolments() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT array_agg(e.id) FROM public.cases_enrolment e WHERE e.person_id = ANY (public.portal_person_records()));
END $$;
-- Those that were sent, whether the card's partner sent or received them.
CREATE FUNCTION portal_person_referrals() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  records bigint[] := public.portal_person_records();
BEGIN
  RETURN (SELECT array_agg(r.id) FROM public.referrals_referral r
           WHERE r.sent_at IS NOT NULL AND (r.person_id = ANY (records) OR r.receiver_person_id = ANY (records))
             -- What one party was told, that the guardian must not learn of it, holds on the other's card.
             AND NOT EXISTS (
               SELECT FROM public.cases_person o JOIN public.cases_contactwish w ON w.person_id = o.id AND w.not_guardian
                WHERE o.id IN (r.person_id, r.receiver_person_id) OR o.same_as_id IN (r.person_id, r.receiver_person_id)));
END $$;
-- Those that the person gave, and those behind the referrals.
CREATE FUNCTION portal_person_consents() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT array_agg(c.id) FROM (
    SELECT id FROM public.cases_consent WHERE person_id = ANY (public.portal_person_records()) AND disclosed_at IS NOT NULL
    UNION
    SELECT consent_id FROM public.referrals_referral WHERE id = ANY (public.portal_person_referrals())) c);
END $$;
CREATE FUNCTION portal_person_diversions() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT array_agg(d.id) FROM public.referrals_diversionagreement d
           WHERE d.is_sent AND d.referral_id = ANY (public.portal_person_referrals()));
END $$;
REVOKE ALL ON FUNCTION portal_shown(text), portal_person_card(), portal_person_records(), portal_person_enrolments(), portal_person_referrals(),
  portal_person_consents(), portal_person_diversions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_shown(text), portal_person_card(), portal_person_records(), portal_person_enrolments(), portal_person_referrals(),
  portal_person_consents(), portal_person_diversions() TO portal_person;
"""  # noqa: S608 — texts of this module
DROP_FUNCTIONS = "DROP FUNCTION portal_person_consents(), portal_person_diversions(), portal_person_referrals(), portal_person_enrolments(), portal_person_records(), portal_person_card(), portal_shown(text)"
