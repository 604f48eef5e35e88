"""The two doors of pupils' answers, both functions of the database: they come in without anybody signing in, by the address's token, and
go out as counts alone, to the plan's partner."""

MOST_ANSWERS = 60
"""So many answers before, and so many after, a lesson takes: twice a large class. More is somebody's joke."""
DAYS = 14
"""So long before and after its day a lesson takes answers."""
STEP = 10
"""So many answers more it takes until they are counted: who looks before and after one answer does not learn it."""

FUNCTION = f"""
CREATE FUNCTION portal_lesson_feedback(asked text, said_when text, knows smallint, fair smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'Europe/Helsinki')::date;
  lesson public.programs_lesson;
BEGIN
  SELECT * INTO lesson FROM public.programs_lesson l
   WHERE l.token = asked AND l.state IN ('assigned', 'held') AND today BETWEEN l.wanted_on - {DAYS} AND l.wanted_on + {DAYS} FOR UPDATE;
  IF NOT FOUND OR (SELECT count(*) FROM public.programs_lessonfeedback f
                    WHERE f.lesson_id = lesson.id AND f.moment = said_when) >= {MOST_ANSWERS} THEN
    RETURN false;
  END IF;
  INSERT INTO public.programs_lessonfeedback (partner_id, plan_id, lesson_id, moment, knowledge, fairness, given_on)
  VALUES (lesson.plan_partner_id, lesson.plan_id, lesson.id, said_when, knows, fair, today);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION portal_lesson_feedback(text, text, smallint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_lesson_feedback(text, text, smallint, smallint) TO portal_web;
"""  # noqa: S608 — texts of this module
DROP_FUNCTION = "DROP FUNCTION portal_lesson_feedback(text, text, smallint, smallint)"
COUNTS = f"""
CREATE FUNCTION portal_lesson_answers(asked bigint) RETURNS TABLE (said_when text, question text, answer smallint, answers bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  -- A lesson that takes answers no more, later lessons last: what was told once is told again, whatever comes.
  WITH closed AS (
    SELECT f.moment::text, f.knowledge, f.fairness,
           row_number() OVER (PARTITION BY f.moment ORDER BY l.wanted_on, l.id, f.id) AS place,
           count(*) OVER (PARTITION BY f.moment) AS of_all
      FROM public.programs_lessonfeedback f JOIN public.programs_lesson l ON l.id = f.lesson_id
     WHERE f.plan_id = asked AND f.partner_id = public.portal_acting_partner()
       AND l.wanted_on + {DAYS} < (now() AT TIME ZONE 'Europe/Helsinki')::date),
  told AS (SELECT * FROM closed WHERE place <= of_all / {STEP} * {STEP})
  SELECT moment, 'knowledge', knowledge, count(*) FROM told GROUP BY moment, knowledge
  UNION ALL
  SELECT moment, 'fairness', fairness, count(*) FROM told GROUP BY moment, fairness
$$;
REVOKE ALL ON FUNCTION portal_lesson_answers(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_lesson_answers(bigint) TO portal_web;
"""  # noqa: S608 — texts of this module
DROP_COUNTS = "DROP FUNCTION portal_lesson_answers(bigint)"
