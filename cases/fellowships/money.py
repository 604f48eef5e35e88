"""What the database keeps of stipends, whatever a page does: no more than the rule of the month, and nothing that was paid is taken away."""

FUNCTIONS = """
CREATE FUNCTION portal_stipend_within_rule() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  most numeric;
BEGIN
  SELECT r.cap INTO most
    FROM public.cases_fellowship f
    JOIN public.cases_enrolment e ON e.id = f.enrolment_id
    JOIN public.cases_stipendrule r ON r.programme_id = e.programme_id AND r.partner_id = f.partner_id
   WHERE f.id = NEW.fellowship_id AND r.from_month <= NEW.month
   ORDER BY r.from_month DESC LIMIT 1;
  IF most IS NULL OR NEW.amount > most THEN
    RAISE EXCEPTION 'The programme pays less in this month.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_stipend_within_rule() FROM PUBLIC;

CREATE FUNCTION portal_forget_fellowships() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- Of a person who is erased.
DECLARE
  theirs bigint[] := ARRAY (
    SELECT f.id FROM public.cases_fellowship f JOIN public.cases_enrolment e ON e.id = f.enrolment_id WHERE e.person_id = NEW.id);
BEGIN
  DELETE FROM public.cases_stipendapproval a USING public.cases_stipend s WHERE a.stipend_id = s.id AND s.fellowship_id = ANY (theirs);
  DELETE FROM public.cases_stipend WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_touchpoint WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_milestone WHERE fellowship_id = ANY (theirs);
  DELETE FROM public.cases_fellowship WHERE id = ANY (theirs);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION portal_forget_fellowships() FROM PUBLIC;
CREATE TRIGGER forget_fellowships AFTER UPDATE OF erased_on ON cases_person FOR EACH ROW
WHEN (OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL) EXECUTE FUNCTION portal_forget_fellowships();
"""
DROP_FUNCTIONS = """
DROP TRIGGER forget_fellowships ON cases_person;
DROP FUNCTION portal_forget_fellowships();
DROP FUNCTION portal_stipend_within_rule();
"""
