-- Arrests per district and calendar month, by group of offence.
-- Returns: district_id, month (its first day), personal, supply, other, juvenile_drug (counts of arrests), the sums of the hashes of
--   the arrests of each of these, residents, residents_under_18. A row for every month since %(since)s that the district's feeds cover completely, months without
--   arrests included: from the month of the district's first arrest (the next one, where that was later than its first week).
-- An arrest counts once, in the month of the arrest: as supply when one of its offences is a drug offence not for personal
--   consumption, else as personal when one is a drug offence, else as other. juvenile_drug: a drug offence at under 18.
-- residents: of the newest year up to the month's own, or the oldest recorded; NULL where the district has none recorded.
-- Index: arrest_trend.
WITH feeds AS (
    SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through FROM cases_feed GROUP BY district_id
),
starts AS (
    SELECT f.*, (SELECT date_trunc('month', min(arrested_on) + interval '24 days') FROM cases_arrest a
                  WHERE a.district_id = f.district_id) AS first_month
      FROM feeds f
),
months AS (
    SELECT f.district_id, m::date AS month
      FROM starts f
     CROSS JOIN generate_series(greatest(%(since)s::timestamp, first_month), f.complete_through::timestamp, interval '1 month') AS m
     WHERE (m + interval '1 month' - interval '1 day')::date <= f.complete_through AND first_month IS NOT NULL
),
counts AS (
    SELECT district_id, date_trunc('month', arrested_on::timestamp)::date AS month,
           count(*) FILTER (WHERE offence_group = 'personal') AS personal,
           count(*) FILTER (WHERE offence_group = 'supply') AS supply,
           count(*) FILTER (WHERE offence_group = 'other') AS other,
           count(*) FILTER (WHERE is_drug AND age_at_offence < 18) AS juvenile_drug,
           sum(hashint8extended(id, %(seed)s)) FILTER (WHERE offence_group = 'personal') AS personal_hash,
           sum(hashint8extended(id, %(seed)s)) FILTER (WHERE offence_group = 'supply') AS supply_hash,
           sum(hashint8extended(id, %(seed)s)) FILTER (WHERE offence_group = 'other') AS other_hash,
           sum(hashint8extended(id, %(seed)s)) FILTER (WHERE is_drug AND age_at_offence < 18) AS juvenile_hash
      FROM cases_arrest WHERE arrested_on >= %(since)s
     GROUP BY 1, 2
)
SELECT m.district_id, m.month, coalesce(c.personal, 0), coalesce(c.supply, 0), coalesce(c.other, 0),
       coalesce(c.juvenile_drug, 0), coalesce(c.personal_hash, 0), coalesce(c.supply_hash, 0), coalesce(c.other_hash, 0),
       coalesce(c.juvenile_hash, 0), p.residents, p.residents_under_18
  FROM months m
  LEFT JOIN counts c USING (district_id, month)
  LEFT JOIN LATERAL (
       SELECT residents, residents_under_18 FROM partnership_districtpopulation p
        WHERE p.district_id = m.district_id
        ORDER BY p.year > extract(year FROM m.month), abs(p.year - extract(year FROM m.month)) LIMIT 1
       ) p ON true
 ORDER BY m.district_id, m.month
