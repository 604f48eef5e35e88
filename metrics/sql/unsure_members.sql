-- Participants who consent to be counted and have unsure links, once for each human being on the other end of one.
-- Parameter: {unsure} (which pairs). Returns: nothing; makes the temporary table unsure_members, whose rows are members of
--   metrics/sql/follow_up.sql: `key` is who is on the other end, `participation` the enrolment (the person's first in the programme),
--   `left_out` says that sure links tell nothing of the participant.
CREATE TEMPORARY TABLE unsure_members ON COMMIT DROP AS
WITH unsure_pairs AS (
    SELECT person_id AS one, other_id AS other, probability FROM metrics_pair WHERE {unsure}
     UNION ALL SELECT other_id, person_id, probability FROM metrics_pair WHERE {unsure}
),
unsure_links AS (
    SELECT a.key AS own_key, b.key AS rival, max(probability) AS probability
      FROM unsure_pairs p JOIN metrics_link a ON a.person_id = p.one JOIN metrics_link b ON b.person_id = p.other
     WHERE a.key <> b.key GROUP BY 1, 2
),
participations AS (
    SELECT e.id, e.partner_id, e.programme_id, e.person_id, e.started_on, e.ended_on, e.end_reason, e.referral_kind, e.primary_drug,
           l.key AS own_key, l.how, l.district_id, l.sex, l.birth_year, l.died_on,
           row_number() OVER (PARTITION BY e.programme_id, l.key ORDER BY e.started_on, e.id) AS rank
      FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
     WHERE e.measurement_consent AND l.key IN (SELECT own_key FROM unsure_links)
)
SELECT row_number() OVER () AS id, p.id AS participation, u.rival AS key, u.probability, p.how = 'unsure' AS left_out,
       p.partner_id, p.programme_id, p.person_id, p.district_id, p.sex, p.birth_year, p.died_on, p.started_on AS index_date,
       p.ended_on, p.end_reason, p.referral_kind, p.primary_drug, NULL::date AS referred_on, p.rank
  FROM participations p JOIN unsure_links u USING (own_key)
 WHERE p.rank = 1
