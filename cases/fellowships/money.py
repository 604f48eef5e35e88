"""What the database keeps of stipends, whatever a page does: no more than the rule of the month."""

FUNCTION = """
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
"""
DROP_FUNCTION = "DROP FUNCTION portal_stipend_within_rule()"
