-- Who was referred to a programme and could take part: comparison group (a), before a landmark is drawn.
-- Returns: a row a person and programme, of the first such referral: referral, programme_id, person (a hash of the key),
--   referred_on, home (the person's district), sex, birth_year, died_on, started_on (of the person's first enrolment in that
--   programme, NULL for none), gone_on (the day of an answer that the person moved, died or is in prison, NULL for none).
-- Could take part: the receiver did not say that the person does not fit, and nobody withdrew a consent. An answer that is not
--   known yet, or an enrolment later on, does not count against it; nor does it that somebody went to prison later on, perhaps
--   for the re-arrest. Left out as well: who was enrolled in that programme and does not consent to be counted.
-- Indexes: referral's foreign keys, link_key.
WITH starts AS MATERIALIZED (
    SELECT l.key, e.programme_id, min(e.started_on) AS started_on, bool_and(e.measurement_consent) AS is_counted
      FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
     WHERE l.how NOT IN ('unsure', 'nothing')
     GROUP BY l.key, e.programme_id
)
SELECT DISTINCT ON (r.programme_id, l.key)
       r.id AS referral, r.programme_id, hashtextextended(l.key::text, 0) AS person,
       (r.sent_at AT TIME ZONE 'Europe/Helsinki')::date AS referred_on,
       l.district_id AS home, l.sex, coalesce(l.birth_year, 0) AS birth_year, l.died_on, s.started_on,
       CASE WHEN r.enrolment_id IS NULL AND r.reason_code IN ('moved', 'imprisoned', 'died')
            THEN (r.closed_at AT TIME ZONE 'Europe/Helsinki')::date END AS gone_on
  FROM referrals_referral r
  JOIN metrics_link l ON l.person_id = r.person_id
  LEFT JOIN starts s ON s.key = l.key AND s.programme_id = r.programme_id
 WHERE l.how NOT IN ('unsure', 'nothing') AND r.sent_at IS NOT NULL AND coalesce(s.is_counted, true)
   AND (r.enrolment_id IS NOT NULL OR r.reason_code IN
        ('', 'person_declined', 'person_unreachable', 'no_capacity', 'outside_area', 'other_arrangement', 'moved',
         'imprisoned', 'died'))
 ORDER BY r.programme_id, l.key, r.sent_at, r.id
