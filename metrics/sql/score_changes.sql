-- How the scores of participants changed, by programme and instrument.
-- Parameters: %(seed)s: see metrics.protection.counts.
-- Returns: partner, programme, instrument, the first and the latest total (the same where there is one alone, null where there is
--   none), on how many days the instrument was used, people, the sum of their hashes.
-- Who: each participant who consents to be counted and whom linkage knows, once a programme, by the first enrolment (as
--   members_enrolled.sql); in programmes where the instrument was used for somebody. What was taken back counts nowhere.
-- Index: assessment_list.
WITH people AS (
    SELECT * FROM (
        SELECT e.id, e.partner_id, e.programme_id, hashint8extended(e.id, %(seed)s) AS hash,
               row_number() OVER (PARTITION BY e.programme_id, l.key ORDER BY e.started_on, e.id) AS rank
          FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
         WHERE e.measurement_consent AND l.how <> 'unsure') ranked
     WHERE rank = 1
),
scored AS (
    SELECT a.enrolment_id, a.instrument, count(*) AS days,
           (array_agg(a.score ORDER BY a.held_on))[1] AS first_score,
           (array_agg(a.score ORDER BY a.held_on DESC))[1] AS last_score
      FROM cases_assessment a JOIN people p ON p.id = a.enrolment_id
     WHERE a.taken_back_at IS NULL AND a.score IS NOT NULL
     GROUP BY a.enrolment_id, a.instrument
),
used AS (
    SELECT DISTINCT p.programme_id, s.instrument FROM scored s JOIN people p ON p.id = s.enrolment_id
)
SELECT p.partner_id, p.programme_id, u.instrument, s.first_score, s.last_score, least(coalesce(s.days, 0), 2), count(*), sum(p.hash)
  FROM people p
  JOIN used u USING (programme_id)
  LEFT JOIN scored s ON s.enrolment_id = p.id AND s.instrument = u.instrument
 GROUP BY 1, 2, 3, 4, 5, 6
