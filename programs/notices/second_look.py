"""Who writes a notice and who checks it are two people, each in their own name, and what was checked is what goes: in the database."""

FUNCTION = """
CREATE FUNCTION portal_second_look() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  me bigint := public.portal_acting_user();
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'A notice begins as a draft.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.kind, NEW.substances, NEW.seen_from, NEW.seen_to, NEW.text, NEW.advice, NEW.severity, NEW.reliability, NEW.credibility,
      NEW.tlp, NEW.valid_until)
     IS DISTINCT FROM
     (OLD.kind, OLD.substances, OLD.seen_from, OLD.seen_to, OLD.text, OLD.advice, OLD.severity, OLD.reliability, OLD.credibility,
      OLD.tlp, OLD.valid_until)
     AND (NEW.state <> 'draft' OR OLD.written_by_id IS DISTINCT FROM me) THEN
    RAISE EXCEPTION 'Its author alone changes a notice, which is a draft then.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.checked_by_id IS DISTINCT FROM OLD.checked_by_id AND NEW.checked_by_id <> me THEN
    RAISE EXCEPTION 'Whoever checks a notice says so themselves.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = 'shared' AND OLD.state NOT IN ('checked', 'shared') THEN
    RAISE EXCEPTION 'A notice is checked before it is shared.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_second_look() FROM PUBLIC;
"""
DROP_FUNCTION = "DROP FUNCTION portal_second_look()"
