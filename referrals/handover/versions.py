"""When a referral's version moves, in the database: with whatever its parties see of it, whoever changes it by whichever way.

A version that stood still while something changed would let a system overwrite what it has never read.
"""

FUNCTIONS = """
CREATE FUNCTION portal_move_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE besides public.referrals_referral := NEW;
BEGIN
  besides.version := OLD.version;
  besides.changed_at := OLD.changed_at;
  besides.changed_in := OLD.changed_in;
  IF besides IS DISTINCT FROM OLD AND NEW.version <= OLD.version THEN
    NEW.version := OLD.version + 1;
  END IF;
  IF NEW.version > OLD.version AND NEW.changed_at = OLD.changed_at THEN
    NEW.changed_at := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;
-- By its name it comes after cover_referral, whose days are part of what moves it.
CREATE TRIGGER move_version BEFORE UPDATE ON referrals_referral FOR EACH ROW EXECUTE FUNCTION portal_move_version();

CREATE FUNCTION portal_move_version_of() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_referral SET version = version + 1 WHERE id = NEW.referral_id;
  RETURN NULL;
END $$;
-- A draft's situation and the terms of its diversion, which stand beside it. What was sent is changed by verbs alone.
CREATE TRIGGER move_version AFTER UPDATE ON referrals_need FOR EACH ROW
  WHEN (isempty(NEW.open_days) AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION portal_move_version_of();
CREATE TRIGGER move_version AFTER INSERT OR UPDATE ON referrals_diversionagreement FOR EACH ROW
  WHEN (NOT NEW.is_sent) EXECUTE FUNCTION portal_move_version_of();

-- What became of a consent, where the covered days stay as they are (cover_referrals sees to the others).
CREATE FUNCTION portal_move_version_by_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_referral SET version = version + 1 WHERE consent_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER move_versions AFTER UPDATE ON cases_consent FOR EACH ROW
  WHEN ((OLD.valid_days, OLD.reports_back) IS NOT DISTINCT FROM (NEW.valid_days, NEW.reports_back)
        AND (OLD.withdrawn_at, OLD.event_on) IS DISTINCT FROM (NEW.withdrawn_at, NEW.event_on))
  EXECUTE FUNCTION portal_move_version_by_consent();

-- The progress of its conditions is part of a diversion, whoever counts it.
CREATE FUNCTION portal_touch_diversion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.referrals_diversionagreement SET changed_at = clock_timestamp() WHERE id = NEW.diversion_id;
  RETURN NULL;
END $$;
CREATE TRIGGER touch_diversion AFTER UPDATE ON referrals_condition FOR EACH ROW
  WHEN ((OLD.done, OLD.reported_on) IS DISTINCT FROM (NEW.done, NEW.reported_on))
  EXECUTE FUNCTION portal_touch_diversion();

REVOKE ALL ON FUNCTION portal_move_version(), portal_move_version_of(), portal_move_version_by_consent(),
  portal_touch_diversion() FROM PUBLIC;
"""
DROP_FUNCTIONS = """
DROP TRIGGER touch_diversion ON referrals_condition; DROP TRIGGER move_versions ON cases_consent;
DROP TRIGGER move_version ON referrals_diversionagreement; DROP TRIGGER move_version ON referrals_need;
DROP TRIGGER move_version ON referrals_referral;
DROP FUNCTION portal_touch_diversion(), portal_move_version_by_consent(), portal_move_version_of(), portal_move_version();
"""
