-- Fixed-window recidivism: for each programme, kind of offence and window, who was observed and who was rearrested.
-- Returns: programme_id, partner_id, offences ('any' or 'drug'), window_months, eligible, rearrested. A row per
-- combination, zeros included.
-- Cohort: everybody who consents to be counted, by the first enrolment in the programme. A person is known by the
--   pseudonym from the identity code, else from name, birth date and sex, else by the record alone.
-- Index date: start of that enrolment (intention to treat).
-- Event: first arrest after the index date, for an offence whose day, where known, is after it too. Arrests on the index
--   date itself are not after it: the arrest that led to a diversion is not a re-arrest.
-- Window: from the day after the index date to the same day of the month so many calendar months later, that day
--   included (29 February counts to 28 February).
-- Eligible: the whole window lies before the end of follow-up: the complete-through date of the person's district
--   (where the person's district has no feed, the earliest of all), and death.
-- Indexes: person_code_pseudonym, person_name_pseudonym, arrest_person, offence_arrest.
WITH feeds AS (
    SELECT district_id, min(complete_through) AS complete_through FROM cases_feed GROUP BY district_id
),
members AS MATERIALIZED (
    SELECT DISTINCT ON (e.programme_id, coalesce(nullif(p.code_pseudonym, ''), nullif(p.name_pseudonym, ''), p.id::text))
           e.id, e.programme_id, e.partner_id, e.started_on AS index_date, p.code_pseudonym, p.name_pseudonym,
           least(coalesce(f.complete_through, (SELECT min(complete_through) FROM feeds)), p.died_on) AS followed_to
      FROM cases_enrolment e
      JOIN cases_person p ON p.id = e.person_id
      LEFT JOIN feeds f ON f.district_id = p.district_id
     WHERE e.measurement_consent
     ORDER BY e.programme_id, coalesce(nullif(p.code_pseudonym, ''), nullif(p.name_pseudonym, ''), p.id::text),
              e.started_on, e.id
),
links AS (
    SELECT m.id, q.id AS arrestee_id FROM members m
      JOIN cases_person q ON m.code_pseudonym <> '' AND q.code_pseudonym = m.code_pseudonym AND q.code_pseudonym <> ''
    UNION
    SELECT m.id, q.id FROM members m
      JOIN cases_person q ON m.name_pseudonym <> '' AND q.name_pseudonym = m.name_pseudonym AND q.name_pseudonym <> ''
       AND (m.code_pseudonym = '' OR q.code_pseudonym = '')
),
first_events AS (
    SELECT m.id, min(a.arrested_on) AS any_on, min(a.arrested_on) FILTER (WHERE o.iccs LIKE '0601%%') AS drug_on
      FROM members m
      JOIN links l ON l.id = m.id
      JOIN cases_arrest a ON a.person_id = l.arrestee_id AND a.arrested_on > m.index_date
      JOIN cases_offence o ON o.arrest_id = a.id AND (o.offence_on IS NULL OR o.offence_on > m.index_date)
     GROUP BY m.id
),
windows (window_months) AS (SELECT unnest(%(windows)s)),
observed AS (
    SELECT m.programme_id, m.partner_id, w.window_months,
           (m.index_date + make_interval(months => w.window_months))::date AS last_day,
           (m.index_date + make_interval(months => w.window_months))::date <= m.followed_to AS is_eligible,
           e.any_on, e.drug_on
      FROM members m CROSS JOIN windows w LEFT JOIN first_events e ON e.id = m.id
)
SELECT programme_id, partner_id, kinds.offences, window_months,
       count(*) FILTER (WHERE is_eligible) AS eligible,
       count(*) FILTER (WHERE is_eligible
                          AND (CASE kinds.offences WHEN 'any' THEN any_on ELSE drug_on END) <= last_day) AS rearrested
  FROM observed CROSS JOIN (VALUES ('any'), ('drug')) AS kinds (offences)
 GROUP BY programme_id, partner_id, kinds.offences, window_months
 ORDER BY programme_id, kinds.offences, window_months
