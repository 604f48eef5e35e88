"""A diversion ends with its referral, in the database itself: whoever declines, withdraws or ends it, whatever ends the consent."""

FUNCTIONS = """
-- Whatever moves a referral moves its diversion, which is open on the days that the table's rule says (`OpenWhile`).
CREATE FUNCTION portal_open_diversion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_diversionagreement SET open_days = open_days, changed_at = clock_timestamp()
   WHERE referral_id = NEW.id AND is_sent;
  RETURN NULL;
END $$;
CREATE TRIGGER open_diversion AFTER UPDATE ON referrals_referral FOR EACH ROW
  WHEN ((OLD.state, OLD.version, OLD.covered_days) IS DISTINCT FROM (NEW.state, NEW.version, NEW.covered_days))
  EXECUTE FUNCTION portal_open_diversion();

-- Of a diversion that has ended nothing is reported any more.
CREATE FUNCTION portal_ask_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.referrals_diversionagreement d
                  WHERE d.id = NEW.diversion_id AND d.open_days @> public.portal_today()) THEN
    RAISE EXCEPTION 'The diversion has ended.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ask_open BEFORE UPDATE OF done, reported_on ON referrals_condition FOR EACH ROW
  WHEN ((OLD.done, OLD.reported_on) IS DISTINCT FROM (NEW.done, NEW.reported_on)) EXECUTE FUNCTION portal_ask_open();

REVOKE ALL ON FUNCTION portal_open_diversion(), portal_ask_open() FROM PUBLIC;
"""
DROP_FUNCTIONS = """
DROP TRIGGER ask_open ON referrals_condition; DROP TRIGGER open_diversion ON referrals_referral;
DROP FUNCTION portal_ask_open(), portal_open_diversion();
"""
FILL = """
ALTER TABLE referrals_diversionagreement DISABLE TRIGGER USER;
UPDATE referrals_diversionagreement d SET open_days = r.covered_days
  FROM referrals_referral r
 WHERE r.id = d.referral_id AND r.state NOT IN ('draft', 'declined', 'withdrawn', 'ended_early');
ALTER TABLE referrals_diversionagreement ENABLE TRIGGER USER;
"""
"""Of the diversions from before."""
