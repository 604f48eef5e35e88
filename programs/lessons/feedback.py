"""The one door by which pupils' answers come in, without anybody signing in: a function of the database, given the address's token."""

MOST_ANSWERS = 60
"""So many answers before, and so many after, a lesson takes: twice a large class. More is somebody's joke."""
DAYS = 14
"""So long before and after its day a lesson takes answers."""

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
