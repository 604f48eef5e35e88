"""The one rule of when something is disclosed, in the database: consent and agreement cover a referral on some days.

`portal_covered_days` works them out, triggers keep them in the referral's row and in what it discloses, and whatever changes them
(a consent signed, renewed, ended by its event or withdrawn; an agreement changed, renewed or ended; a person erased) brings them up to
date in the same statement. A date that passes needs nothing to run: policies compare the days with today.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from partnership.isolation.policies import TableRule

COVERED_DAYS = """
-- The days on which what a referral discloses is covered: those of its consent (all where another legal basis needs none) on which
-- an agreement is in force between its parties, too, and lets it leave who somebody is. Who refers within the own house discloses
-- nothing; of who was erased, nobody.
CREATE OR REPLACE FUNCTION portal_covered_days(r referrals_referral) RETURNS datemultirange LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT CASE
    WHEN r.from_partner_id = r.to_partner_id THEN public.portal_days(NULL, NULL)
    WHEN EXISTS (SELECT FROM public.cases_person p WHERE p.id = r.person_id AND p.erased_on IS NOT NULL) THEN '{}'
    ELSE coalesce((SELECT c.valid_days FROM public.cases_consent c WHERE c.id = r.consent_id), public.portal_days(NULL, NULL))
      * coalesce((
        SELECT range_agg(public.portal_days(
                 a.valid_from,
                 CASE -- What was sent under it runs on while it is open, where the agreement lets it.
                   WHEN a.open_cases_run AND a.id = r.agreement_id AND r.closed_at IS NULL THEN NULL
                   WHEN a.open_cases_run AND a.id = r.agreement_id AND closed.day >= ends.day THEN closed.day + 1
                   ELSE ends.day END))
          FROM public.partnership_agreement a
         CROSS JOIN LATERAL (SELECT least(a.valid_to + 1, a.ended_on) AS day) ends
         CROSS JOIN LATERAL (SELECT (r.closed_at AT TIME ZONE 'Europe/Helsinki')::date AS day) closed
         WHERE (r.consent_id IS NOT NULL OR a.legal_basis <> 'consent')
           AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                        WHERE p.agreement_id = a.id AND p.partner_id = r.from_partner_id)
           AND EXISTS (SELECT FROM public.partnership_agreement_parties p
                        WHERE p.agreement_id = a.id AND p.partner_id = r.to_partner_id)), '{}')
      * public.portal_flow_days(r.from_partner_id, r.to_partner_id, 'identity', r.agreement_id)
    END);
END $$;
"""
OPEN_DAYS = """
-- What a referral discloses is open on its covered days while the referral is in one of the states that the trigger names.
CREATE OR REPLACE FUNCTION portal_open_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.open_days := coalesce((SELECT r.covered_days FROM public.referrals_referral r
                              WHERE r.id = NEW.referral_id AND r.state = ANY (TG_ARGV)), '{}');
  IF TG_TABLE_NAME = 'referrals_need' THEN -- What is said of the situation is a kind of data of its own.
    IF NEW.summary || NEW.unfit_reason || NEW.access || NEW.staff_risk <> '' THEN
      NEW.open_days := NEW.open_days * public.portal_flow_days(
        NEW.from_partner_id, NEW.to_partner_id, 'situation',
        (SELECT r.agreement_id FROM public.referrals_referral r WHERE r.id = NEW.referral_id));
    END IF;
  END IF;
  RETURN NEW;
END $$;
"""
ASK_REPORT = """
-- Nothing is reported back, by a page, a system or a job, where consent and agreement do not cover it that day.
CREATE OR REPLACE FUNCTION portal_ask_report() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE of_referral bigint; of_category text := 'outcome';
BEGIN
  IF TG_TABLE_NAME = 'referrals_condition' THEN
    SELECT d.referral_id INTO of_referral FROM public.referrals_diversionagreement d WHERE d.id = NEW.diversion_id;
    of_category := 'attendance_counts';
  ELSE
    of_referral := NEW.referral_id;
  END IF;
  IF NOT EXISTS (SELECT FROM public.referrals_referral r
                  WHERE r.id = of_referral AND r.report_days @> public.portal_today()
                    AND public.portal_flow_days(r.to_partner_id, r.from_partner_id, of_category, r.agreement_id)
                        @> public.portal_today()) THEN
    RAISE EXCEPTION 'Consent and agreement do not cover reporting this back.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
"""
COVER = """
CREATE FUNCTION portal_cover_referral() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.covered_days := public.portal_covered_days(NEW);
  NEW.report_days := CASE
    WHEN EXISTS (SELECT FROM public.cases_consent c WHERE c.id = NEW.consent_id AND NOT c.reports_back) THEN '{}'
    ELSE NEW.covered_days END;
  -- What its parties see has changed: copies elsewhere learn it.
  IF TG_OP = 'UPDATE' AND NEW.sent_at IS NOT NULL AND NEW.version = OLD.version
     AND NEW.covered_days IS DISTINCT FROM OLD.covered_days THEN
    NEW.version := OLD.version + 1;
    NEW.changed_at := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cover_referral BEFORE INSERT OR UPDATE ON referrals_referral
  FOR EACH ROW EXECUTE FUNCTION portal_cover_referral();

"""
READABLE = """
CREATE FUNCTION portal_open_disclosure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_need SET open_days = open_days WHERE referral_id = NEW.id;
  UPDATE public.referrals_disclosure SET open_days = open_days WHERE referral_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER open_disclosure AFTER UPDATE ON referrals_referral FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.covered_days IS DISTINCT FROM NEW.covered_days)
  EXECUTE FUNCTION portal_open_disclosure();

-- Whatever the days depend on brings them up to date.
CREATE FUNCTION portal_cover_by_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_referral SET covered_days = covered_days WHERE consent_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER cover_referrals AFTER UPDATE ON cases_consent FOR EACH ROW
  WHEN ((OLD.valid_days, OLD.reports_back) IS DISTINCT FROM (NEW.valid_days, NEW.reports_back))
  EXECUTE FUNCTION portal_cover_by_consent();

CREATE FUNCTION portal_cover_by_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_referral SET covered_days = covered_days WHERE person_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER cover_referrals AFTER UPDATE OF erased_on ON cases_person FOR EACH ROW
  WHEN (OLD.erased_on IS DISTINCT FROM NEW.erased_on) EXECUTE FUNCTION portal_cover_by_person();

-- Of the referrals between some partners those alone whose days changed: there may be many.
CREATE FUNCTION portal_cover_between(ones bigint[], others bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE public.referrals_referral r SET covered_days = r.covered_days
   WHERE ((r.from_partner_id = ANY (ones) AND r.to_partner_id = ANY (others))
       OR (r.from_partner_id = ANY (others) AND r.to_partner_id = ANY (ones)))
     AND r.state NOT IN ('declined', 'withdrawn') AND r.covered_days IS DISTINCT FROM public.portal_covered_days(r)
$$;
CREATE FUNCTION portal_cover_by_agreement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  parties bigint[] := ARRAY (SELECT partner_id FROM public.partnership_agreement_parties WHERE agreement_id = NEW.id);
BEGIN
  PERFORM public.portal_cover_between(parties, parties);
  RETURN NULL;
END $$;
CREATE TRIGGER cover_referrals AFTER UPDATE ON partnership_agreement FOR EACH ROW
  WHEN ((OLD.valid_from, OLD.valid_to, OLD.ended_on, OLD.legal_basis, OLD.open_cases_run)
        IS DISTINCT FROM (NEW.valid_from, NEW.valid_to, NEW.ended_on, NEW.legal_basis, NEW.open_cases_run))
  EXECUTE FUNCTION portal_cover_by_agreement();

CREATE FUNCTION portal_cover_by_parties() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  joined_or_left bigint[] := ARRAY (SELECT DISTINCT partner_id FROM changed);
  parties bigint[] := ARRAY (SELECT partner_id FROM public.partnership_agreement_parties
                              WHERE agreement_id IN (SELECT agreement_id FROM changed));
BEGIN
  PERFORM public.portal_cover_between(joined_or_left, joined_or_left || parties);
  RETURN NULL;
END $$;
CREATE TRIGGER cover_referrals_of_who_joined AFTER INSERT ON partnership_agreement_parties REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION portal_cover_by_parties();
CREATE TRIGGER cover_referrals_of_who_left AFTER DELETE ON partnership_agreement_parties REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION portal_cover_by_parties();

"""
REPORTED = """
CREATE TRIGGER ask_report BEFORE UPDATE OF done, reported_on ON referrals_condition FOR EACH ROW
  WHEN ((OLD.done, OLD.reported_on) IS DISTINCT FROM (NEW.done, NEW.reported_on)) EXECUTE FUNCTION portal_ask_report();
CREATE TRIGGER ask_report BEFORE UPDATE OF outcome, breached_on ON referrals_diversionagreement FOR EACH ROW
  WHEN (OLD.breached_on IS DISTINCT FROM NEW.breached_on
        OR (OLD.outcome IS DISTINCT FROM NEW.outcome AND NEW.outcome <> 'withdrawn'))
  EXECUTE FUNCTION portal_ask_report();

REVOKE ALL ON FUNCTION portal_covered_days(referrals_referral), portal_cover_referral(), portal_open_days(),
  portal_open_disclosure(), portal_cover_by_consent(), portal_cover_by_person(), portal_cover_between(bigint[], bigint[]),
  portal_cover_by_agreement(), portal_cover_by_parties(), portal_ask_report() FROM PUBLIC;
"""
FUNCTIONS = "".join([COVERED_DAYS, COVER, OPEN_DAYS, READABLE, ASK_REPORT, REPORTED])
BY_VERSION = """
-- A version of an agreement that comes in force, and the one whose place it takes, change what its parties' referrals may tell.
CREATE FUNCTION portal_cover_by_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  parties bigint[] := ARRAY (SELECT partner_id FROM public.partnership_agreement_parties WHERE agreement_id = NEW.agreement_id);
BEGIN
  PERFORM public.portal_cover_between(parties, parties);
  UPDATE public.referrals_need SET open_days = open_days
   WHERE from_partner_id = ANY (parties) AND to_partner_id = ANY (parties);
  RETURN NULL;
END $$;
CREATE TRIGGER cover_referrals AFTER UPDATE OF state, superseded_on ON partnership_agreementversion FOR EACH ROW
  WHEN ((OLD.state = 'in_force', OLD.superseded_on) IS DISTINCT FROM (NEW.state = 'in_force', NEW.superseded_on))
  EXECUTE FUNCTION portal_cover_by_version();
REVOKE ALL ON FUNCTION portal_cover_by_version() FROM PUBLIC;
"""
DROP_BY_VERSION = """
DROP TRIGGER cover_referrals ON partnership_agreementversion; DROP FUNCTION portal_cover_by_version();
"""
DROP_FUNCTIONS = """
DROP TRIGGER ask_report ON referrals_diversionagreement; DROP TRIGGER ask_report ON referrals_condition;
DROP TRIGGER cover_referrals_of_who_left ON partnership_agreement_parties;
DROP TRIGGER cover_referrals_of_who_joined ON partnership_agreement_parties;
DROP TRIGGER cover_referrals ON partnership_agreement; DROP TRIGGER cover_referrals ON cases_person;
DROP TRIGGER cover_referrals ON cases_consent;
DROP TRIGGER open_disclosure ON referrals_referral; DROP TRIGGER cover_referral ON referrals_referral;
DROP FUNCTION portal_ask_report(), portal_cover_by_parties(), portal_cover_by_agreement(), portal_cover_by_person(),
  portal_cover_by_consent(), portal_open_disclosure(), portal_open_days(), portal_cover_referral(),
  portal_cover_between(bigint[], bigint[]), portal_covered_days(referrals_referral);
"""


class OpenWhile(TableRule):
    """The row's `open_days` are the covered days of its referral while that is in one of these states, else none."""

    def __init__(self, *, states: Sequence[str], name: str = "open_days") -> None:
        super().__init__(name=name)
        self.states = tuple(map(str, states))

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        states = ", ".join(f"'{state}'" for state in self.states)
        return (
            f"CREATE TRIGGER open_days BEFORE INSERT OR UPDATE ON {self.table(model)}"
            f" FOR EACH ROW EXECUTE FUNCTION portal_open_days({states})"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"DROP TRIGGER open_days ON {self.table(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"states": self.states}
