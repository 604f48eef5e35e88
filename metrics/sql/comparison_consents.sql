-- How many of those who enrolled let themselves be counted, so that comparison people who enrolled later stand for the others.
-- Returns: a row a programme, and one of all programmes together (programme_id NULL): share (from 0 to 1) of the people enrolled.
-- Indexes: link_key, cases_enrolment_person_id.
SELECT programme_id, avg(is_counted::int)::float AS share
  FROM (SELECT e.programme_id, bool_and(e.measurement_consent) AS is_counted
          FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
         WHERE l.how NOT IN ('unsure', 'nothing') GROUP BY e.programme_id, l.key) AS enrolled
 GROUP BY programme_id
 UNION ALL
SELECT NULL, avg(is_counted::int)::float
  FROM (SELECT bool_and(e.measurement_consent) AS is_counted
          FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
         WHERE l.how NOT IN ('unsure', 'nothing') GROUP BY l.key) AS everybody
