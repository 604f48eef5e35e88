-- Arrests per district and calendar month, by group of offence.
-- Returns: district_id, month (its first day), personal, supply, other, juvenile_drug (counts of arrests), residents. A
--   row for every month since %(since)s that the district's feeds cover completely, months without arrests included.
-- An arrest counts once, in the month of the arrest: as supply when one of its offences is a drug offence not for personal
--   consumption, else as personal when one is a drug offence, else as other. juvenile_drug: a drug offence at under 18.
-- residents: of the newest year up to the month's own; NULL where the district has none recorded.
-- Index: arrest_trend.
WITH feeds AS (
    SELECT district_id, min(complete_through) AS complete_through FROM cases_feed GROUP BY district_id
),
months AS (
    SELECT f.district_id, m::date AS month
      FROM feeds f
     CROSS JOIN generate_series(%(since)s::timestamp, f.complete_through::timestamp, interval '1 month') AS m
     WHERE (m + interval '1 month' - interval '1 day')::date <= f.complete_through
),
grouped AS (
    SELECT a.district_id, date_trunc('month', a.arrested_on::timestamp)::date AS month,
           a.is_drug AND NOT s.is_supply AS is_personal, a.is_drug AND s.is_supply AS is_supply, NOT a.is_drug AS is_other,
           a.is_drug AND a.age_at_offence < 18 AS is_juvenile_drug
      FROM cases_arrest a
     CROSS JOIN LATERAL (
           SELECT a.is_drug AND EXISTS (SELECT FROM cases_offence o WHERE o.arrest_id = a.id AND o.iccs LIKE '0601%%'
                                           AND o.iccs NOT LIKE '06011%%') AS is_supply
           ) s
     WHERE a.arrested_on >= %(since)s
),
counts AS (
    SELECT district_id, month, count(*) FILTER (WHERE is_personal) AS personal, count(*) FILTER (WHERE is_supply) AS supply,
           count(*) FILTER (WHERE is_other) AS other, count(*) FILTER (WHERE is_juvenile_drug) AS juvenile_drug
      FROM grouped GROUP BY district_id, month
)
SELECT m.district_id, m.month, coalesce(c.personal, 0), coalesce(c.supply, 0), coalesce(c.other, 0),
       coalesce(c.juvenile_drug, 0),
       (SELECT p.residents FROM partnership_districtpopulation p
         WHERE p.district_id = m.district_id AND p.year <= extract(year FROM m.month)
         ORDER BY p.year DESC LIMIT 1)
  FROM months m LEFT JOIN counts c USING (district_id, month)
 ORDER BY m.district_id, m.month
