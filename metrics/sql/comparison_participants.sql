-- A programme's participants as comparisons want them: each once, by the first enrolment.
-- Parameters: %(programme)s, %(half_year)s (days).
-- Returns: person (a hash of the key), index_date, referred_on, home (the person's district), prior_on, prior_arrests,
--   prior_drug_arrests, recent_arrests (in the half-year up to the index date), prior_group, district (where the newest prior arrest was), sex, birth_year, died_on, any_on, drug_on,
--   is_first (the person was not enrolled anywhere before).
-- Indexes: link_key, arrest_person.
SELECT hashtextextended(f.key::text, 0) AS person, f.index_date, f.referred_on, f.district_id AS home, f.prior_on,
       f.prior_arrests, f.prior_drug_arrests,
       (SELECT count(*) FROM metrics_link l JOIN cases_arrest a ON a.person_id = l.person_id
         WHERE l.key = f.key AND a.arrested_on > f.index_date - %(half_year)s AND a.arrested_on <= f.index_date)
           AS recent_arrests, f.prior_group, f.prior_district_id AS district, f.sex,
       coalesce(f.birth_year, 0) AS birth_year, f.died_on, f.any_on, f.drug_on,
       NOT EXISTS (SELECT FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
                    WHERE l.key = f.key AND e.started_on < f.index_date) AS is_first
  FROM metrics_followup f
 WHERE f.programme_id = %(programme)s AND f.rank = 1
