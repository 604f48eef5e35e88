"""The doors by which somebody without a sign-in tells a partner something and reads its answer: functions of the database."""

MOST_A_DAY = 50
"""So many tips a day a partner takes: more is somebody's joke, and nobody could read them."""
TODAY = "(now() AT TIME ZONE 'Europe/Helsinki')::date"

FUNCTIONS = f"""
CREATE FUNCTION portal_tip_give(addressed bigint, about text, place bigint, words text, code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM public.partnership_partner p
    JOIN public.partnership_practiceinuse u ON u.partner_id = p.id AND u.practice = 'tips'
   WHERE p.id = addressed AND p.is_active FOR NO KEY UPDATE OF p;
  IF NOT FOUND THEN RETURN 'closed'; END IF;
  IF (SELECT count(*) FROM public.programs_tip t WHERE t.partner_id = addressed AND t.received_on = {TODAY}) >= {MOST_A_DAY} THEN
    RETURN 'full';
  END IF;
  INSERT INTO public.programs_tip (partner_id, kind, district_id, text, digest, received_on, answer)
  VALUES (addressed, about, place, words, code, {TODAY}, '');
  RETURN 'ok';
END $$;
CREATE FUNCTION portal_tip_answer(code text)
RETURNS TABLE (partner_id bigint, received_on date, is_read boolean, answer text, answered_on date, is_removed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT t.partner_id, t.received_on, t.read_on IS NOT NULL, t.answer, t.answered_on, t.removed_on IS NOT NULL
    FROM public.programs_tip t WHERE t.digest = code
$$;
REVOKE ALL ON FUNCTION portal_tip_give(bigint, text, bigint, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION portal_tip_answer(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_tip_give(bigint, text, bigint, text, text) TO portal_web;
GRANT EXECUTE ON FUNCTION portal_tip_answer(text) TO portal_web;
"""  # noqa: S608 — texts of this module
DROP_FUNCTIONS = """
DROP FUNCTION portal_tip_answer(text);
DROP FUNCTION portal_tip_give(bigint, text, bigint, text, text);
"""
