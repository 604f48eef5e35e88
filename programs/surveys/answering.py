"""The doors of a survey's answers, functions of the database. Residents see a survey and answer it without signing in, given the
address's token; the partner that asks gets answers and words once a wave is over.

Neither table is read otherwise: a table tells in which order its rows came, and whoever watches codes go and answers come knows whose
is which. So what comes out is in the order of what it says (words: of what they are encrypted as, which is none).
"""

MOST_A_DAY = 2000
"""So many answers a day a wave takes: more than a city's forum brings. More is somebody's joke."""
FEWEST_WRITERS = 5
"""So many people wrote to a question in a wave until anybody reads their words."""
TODAY = "(now() AT TIME ZONE 'Europe/Helsinki')::date"

FUNCTIONS = f"""
CREATE FUNCTION portal_survey_open(asked text)
RETURNS TABLE (partner_id bigint, survey_id bigint, needs_code boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT w.partner_id, w.survey_id, w.method IN ('sample', 'panel') FROM public.programs_wave w
   WHERE w.token = asked AND NOT w.is_closed AND {TODAY} BETWEEN w.opens_on AND w.closes_on
$$;
CREATE FUNCTION portal_survey_answer(asked text, code text, lives_in bigint, age text, said jsonb, words jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wave public.programs_wave;
  question public.programs_question;
  number numeric;
  known integer := 0;
BEGIN
  SELECT * INTO wave FROM public.programs_wave w
   WHERE w.token = asked AND NOT w.is_closed AND {TODAY} BETWEEN w.opens_on AND w.closes_on FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN 'closed'; END IF;
  IF (SELECT count(*) FROM public.programs_surveyanswer a WHERE a.wave_id = wave.id AND a.given_on = {TODAY}) >= {MOST_A_DAY} THEN
    RETURN 'full';
  END IF;
  IF lives_in IS NOT NULL AND NOT EXISTS (
    SELECT FROM public.programs_survey_districts d WHERE d.survey_id = wave.survey_id AND d.district_id = lives_in) THEN
    RETURN 'wrong';
  END IF;
  FOR question IN SELECT * FROM public.programs_question q WHERE q.survey_id = wave.survey_id LOOP
    IF said ? question.id::text THEN
      known := known + 1;
      IF question.kind = 'text' OR jsonb_typeof(said -> question.id::text) <> 'number' THEN RETURN 'wrong'; END IF;
      number := (said ->> question.id::text)::numeric;
      IF number <> trunc(number) OR NOT (CASE question.kind
           WHEN 'single' THEN number BETWEEN 1 AND cardinality(question.options_fi)
           WHEN 'scale' THEN number BETWEEN 1 AND 5
           ELSE number BETWEEN 0 AND 9999 END) THEN
        RETURN 'wrong';
      END IF;
    END IF;
    IF words ? question.id::text THEN
      known := known + 1;
      IF question.kind <> 'text' THEN RETURN 'wrong'; END IF;
    END IF;
  END LOOP;
  IF known = 0 OR known <> (SELECT count(*) FROM jsonb_object_keys(said)) + (SELECT count(*) FROM jsonb_object_keys(words)) THEN
    RETURN 'wrong';
  END IF;
  IF wave.method IN ('sample', 'panel') THEN
    DELETE FROM public.programs_surveycode c WHERE c.wave_id = wave.id AND c.digest = code;
    IF NOT FOUND THEN RETURN 'code'; END IF;
  END IF;
  INSERT INTO public.programs_surveyanswer (id, partner_id, wave_id, district_id, age_band, numbers, given_on)
  VALUES (gen_random_uuid(), wave.partner_id, wave.id, lives_in, age, said, {TODAY});
  INSERT INTO public.programs_surveytext (id, partner_id, wave_id, question_id, text)
  SELECT gen_random_uuid(), wave.partner_id, wave.id, w.key::bigint, w.value FROM jsonb_each_text(words) w;
  RETURN 'ok';
END $$;
REVOKE ALL ON FUNCTION portal_survey_open(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION portal_survey_answer(text, text, bigint, text, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_survey_open(text) TO portal_web;
GRANT EXECUTE ON FUNCTION portal_survey_answer(text, text, bigint, text, jsonb, jsonb) TO portal_web;
"""  # noqa: S608 — texts of this module
READING = f"""
CREATE FUNCTION portal_survey_answers(asked bigint[]) RETURNS TABLE (wave_id bigint, district_id bigint, age_band text, numbers jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.wave_id, a.district_id, a.age_band::text, a.numbers
    FROM public.programs_surveyanswer a JOIN public.programs_wave w ON w.id = a.wave_id
   WHERE w.id = ANY (asked) AND w.partner_id = public.portal_acting_partner() AND (w.is_closed OR w.closes_on < {TODAY})
   ORDER BY a.wave_id, a.numbers, a.district_id, a.age_band
$$;
CREATE FUNCTION portal_survey_texts(asked bigint) RETURNS TABLE (question_id bigint, words text)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH written AS (
    SELECT t.question_id, t.text, count(*) OVER (PARTITION BY t.wave_id, t.question_id) AS people
      FROM public.programs_surveytext t JOIN public.programs_wave w ON w.id = t.wave_id
     WHERE w.survey_id = asked AND w.partner_id = public.portal_acting_partner() AND (w.is_closed OR w.closes_on < {TODAY}))
  SELECT question_id, text FROM written WHERE people >= {FEWEST_WRITERS} ORDER BY question_id, text
$$;
REVOKE ALL ON FUNCTION portal_survey_answers(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION portal_survey_texts(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_survey_answers(bigint[]) TO portal_web;
GRANT EXECUTE ON FUNCTION portal_survey_texts(bigint) TO portal_web;
-- Who answered by an open link is no sample that was drawn, and the other way round.
CREATE FUNCTION portal_wave_method() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.method <> OLD.method
     AND EXISTS (SELECT FROM public.programs_surveyanswer a WHERE a.wave_id = OLD.id) THEN
    RAISE EXCEPTION 'People have answered: who is asked stays.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION portal_wave_method() FROM PUBLIC;
"""  # noqa: S608 — texts of this module
DROP_READING = """
DROP FUNCTION portal_wave_method();
DROP FUNCTION portal_survey_texts(bigint);
DROP FUNCTION portal_survey_answers(bigint[]);
"""
DROP_FUNCTIONS = """
DROP FUNCTION portal_survey_answer(text, text, bigint, text, jsonb, jsonb);
DROP FUNCTION portal_survey_open(text);
"""
