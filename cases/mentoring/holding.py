"""What the database keeps of mentors and pairs, whatever a page does. Two who begin a pair with one mentor at once wait for each other."""

FUNCTIONS = """
CREATE FUNCTION portal_pair_may_begin() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  m public.cases_mentor;
  born integer;
BEGIN
  SELECT * INTO m FROM public.cases_mentor WHERE id = NEW.mentor_id AND partner_id = NEW.partner_id FOR UPDATE;
  IF m.id IS NULL OR m.ended_on IS NOT NULL OR m.qualified_until < public.portal_today()
     OR m.background_checked_on IS NULL OR m.background_checked_on > public.portal_today()
     OR m.background_checked_on + 730 < public.portal_today()
     OR (SELECT count(*) FROM public.cases_mentorpair p WHERE p.mentor_id = m.id AND p.partner_id = m.partner_id AND p.ended_on IS NULL)
        >= m.max_pairs
  THEN RAISE EXCEPTION 'The mentor takes nobody now.' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  SELECT p.birth_year INTO born FROM public.cases_enrolment e JOIN public.cases_person p ON p.id = e.person_id
   WHERE e.id = NEW.enrolment_id AND e.partner_id = NEW.partner_id;
  -- The year alone is readable here: who turns 18 in this year is asked for by the action.
  IF extract(year FROM public.portal_today()) - born < 18 AND (m.kind = 'peer' OR NEW.guardian = '')
  THEN RAISE EXCEPTION 'Under 18 the guardian is asked, and no peer is mentor.' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_pair_may_begin() FROM PUBLIC;

CREATE FUNCTION portal_mentor_keeps_pairs() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  going_on integer;
BEGIN
  SELECT count(*) INTO going_on FROM public.cases_mentorpair p
   WHERE p.mentor_id = NEW.id AND p.partner_id = NEW.partner_id AND p.ended_on IS NULL;
  IF going_on > NEW.max_pairs OR going_on > 0 AND NEW.ended_on IS NOT NULL
  THEN RAISE EXCEPTION 'The mentor is in more pairs.' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_mentor_keeps_pairs() FROM PUBLIC;

CREATE FUNCTION portal_end_pairs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Whoever ends a participation, on a page or by an import: its pair ends with it and the mentor has a place again. A participation
-- that goes on after all begins a new pair.
BEGIN
  UPDATE public.cases_mentorpair SET ended_on = greatest(NEW.ended_on, started_on), end_reason = 'participation'
   WHERE enrolment_id = NEW.id AND partner_id = NEW.partner_id AND ended_on IS NULL;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_end_pairs() FROM PUBLIC;
"""
TRIGGER = """
CREATE TRIGGER end_pairs AFTER UPDATE OF ended_on ON cases_enrolment FOR EACH ROW
  WHEN (OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL) EXECUTE FUNCTION portal_end_pairs();
"""
DROP_FUNCTIONS = """
DROP TRIGGER end_pairs ON cases_enrolment;
DROP FUNCTION portal_pair_may_begin(); DROP FUNCTION portal_mentor_keeps_pairs(); DROP FUNCTION portal_end_pairs();
"""
