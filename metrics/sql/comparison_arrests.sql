-- Everybody's arrests, from which comparison group (b) is drawn, and what is known of whose they are.
-- Parameters: {whom} (which people, on l.key), {limit} (at most so many arrests, of people chosen by a hash).
-- Returns: a row an arrest, in order of person: arrest, person (a hash of the key), arrested_on, offence_on (of its latest
--   offence, the arrest's own day where it is unknown), drug_offence_on (of its latest drug offence, NULL for none),
--   offence_group, district (where the arrest was), home (the person's district), sex, birth_year, died_on, started_on (of the
--   person's first enrolment anywhere, NULL for none).
-- In no figure, and not in this one: who is one of several people or has nothing to link by (links.sql), and who was enrolled and
--   does not consent to be counted.
-- Indexes: arrest_person, link_key.
WITH starts AS MATERIALIZED (
    SELECT l.key, min(e.started_on) AS started_on, bool_and(e.measurement_consent) AS is_counted
      FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
     WHERE l.how NOT IN ('unsure', 'nothing')
     GROUP BY l.key
)
SELECT a.id AS arrest, hashtextextended(l.key::text, 0) AS person, a.arrested_on,
       coalesce(a.last_offence_on, a.arrested_on) AS offence_on,
       CASE WHEN a.is_drug THEN coalesce(a.last_drug_offence_on, a.arrested_on) END AS drug_offence_on,
       CASE WHEN a.offence_group IN ('personal', 'supply') THEN a.offence_group ELSE 'other' END AS offence_group,
       a.district_id AS district, l.district_id AS home, l.sex, coalesce(l.birth_year, 0) AS birth_year, l.died_on, s.started_on
  FROM metrics_link l
  JOIN cases_arrest a ON a.person_id = l.person_id
  LEFT JOIN starts s ON s.key = l.key
 WHERE l.how NOT IN ('unsure', 'nothing') AND {whom} AND coalesce(s.is_counted, true)
 ORDER BY hashtextextended(l.key::text, 0), a.arrested_on, a.id
 LIMIT {limit}
