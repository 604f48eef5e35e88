-- What the police feeds say before and after an index date: prior arrests, first re-arrests, re-arrests in each fixed window.
-- Parameters: {members} (whose, and from which index date: one of metrics/sql/members_*.sql), {scope} (of which people, on l),
--   {into} (where the rows go).
-- Prior: arrests on or before the index date. Re-arrest: an arrest after it, for an offence whose day, where known, is after
--   it too: an old offence that surfaces later is neither.
-- Windows end on the same day of the month so many calendar months later, that day included (29 February: 28 February).
-- Indexes: link_key, arrest_person.
{into}
WITH members AS MATERIALIZED (
    SELECT m.*, (index_date + interval '6 months')::date AS end_6, (index_date + interval '12 months')::date AS end_12,
           (index_date + interval '24 months')::date AS end_24, (index_date + interval '36 months')::date AS end_36
      FROM ({members}) m
),
classed AS (
    -- A human being may be a person of several police units: first whose records a member's are, then their arrests.
    SELECT m.id, m.end_6, m.end_12, m.end_24, m.end_36, a.arrested_on, a.is_drug, a.district_id,
           CASE a.offence_group WHEN 'personal' THEN 1 WHEN 'supply' THEN 2 ELSE 3 END AS group_number,
           a.arrested_on <= m.index_date AS is_prior,
           a.arrested_on > m.index_date
               AND (a.last_offence_on IS NULL OR a.last_offence_on > m.index_date) AS is_any,
           a.is_drug AND a.arrested_on > m.index_date
               AND (a.last_drug_offence_on IS NULL OR a.last_drug_offence_on > m.index_date) AS is_drug_event
      FROM members m
      JOIN metrics_link l USING (key)
      JOIN cases_arrest a ON a.person_id = l.person_id
     WHERE {scope}
    OFFSET 0 -- computed once for each arrest, not in each sum below
),
sums AS (
    SELECT id,
           count(*) FILTER (WHERE is_prior) AS prior_arrests,
           count(*) FILTER (WHERE is_prior AND is_drug) AS prior_drug_arrests,
           -- Day, group and district of the newest prior arrest in one number, newest the largest.
           max(((arrested_on - date '1900-01-01') * 4 + group_number) * 1000000::bigint + district_id)
               FILTER (WHERE is_prior) AS last_prior,
           min(arrested_on) FILTER (WHERE is_any) AS any_on,
           min(arrested_on) FILTER (WHERE is_drug_event) AS drug_on,
           max(arrested_on) FILTER (WHERE is_any) AS last_on,
           count(*) FILTER (WHERE is_any) AS any_total,
           count(*) FILTER (WHERE is_drug_event) AS drug_total,
           count(*) FILTER (WHERE is_any AND arrested_on <= end_6) AS any_6,
           count(*) FILTER (WHERE is_any AND arrested_on <= end_12) AS any_12,
           count(*) FILTER (WHERE is_any AND arrested_on <= end_24) AS any_24,
           count(*) FILTER (WHERE is_any AND arrested_on <= end_36) AS any_36,
           count(*) FILTER (WHERE is_drug_event AND arrested_on <= end_6) AS drug_6,
           count(*) FILTER (WHERE is_drug_event AND arrested_on <= end_12) AS drug_12,
           count(*) FILTER (WHERE is_drug_event AND arrested_on <= end_24) AS drug_24,
           count(*) FILTER (WHERE is_drug_event AND arrested_on <= end_36) AS drug_36
      FROM classed GROUP BY id
)
SELECT m.id AS enrolment_id, m.partner_id, m.programme_id, m.key, m.rank, m.index_date, m.ended_on, m.end_reason,
       m.referral_kind, m.primary_drug, m.referred_on, m.district_id, m.sex, m.birth_year, m.died_on,
       coalesce(s.prior_arrests, 0) AS prior_arrests, coalesce(s.prior_drug_arrests, 0) AS prior_drug_arrests,
       date '1900-01-01' + (s.last_prior / 4000000)::int AS prior_on, mod(s.last_prior, 1000000) AS prior_district_id,
       CASE mod(s.last_prior / 1000000, 4) WHEN 1 THEN 'personal' WHEN 2 THEN 'supply' WHEN 3 THEN 'other' ELSE '' END
           AS prior_group,
       s.any_on, s.drug_on, s.last_on,
       coalesce(any_total, 0) AS any_total, coalesce(drug_total, 0) AS drug_total,
       coalesce(any_6, 0) AS any_6, coalesce(any_12, 0) AS any_12, coalesce(any_24, 0) AS any_24,
       coalesce(any_36, 0) AS any_36, coalesce(drug_6, 0) AS drug_6, coalesce(drug_12, 0) AS drug_12,
       coalesce(drug_24, 0) AS drug_24, coalesce(drug_36, 0) AS drug_36
  FROM members m
  LEFT JOIN sums s ON s.id = m.id
