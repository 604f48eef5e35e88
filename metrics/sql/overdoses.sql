-- Overdoses per district and month, of one partner a district: two partners may have counted the same overdose, so counts are
--   not added up. It is the partner that counted in most of the last 24 months, of those in most months, of those the first.
-- Returns: district_id, month (its first day), fatal, non_fatal, residents (of the nearest year; NULL where none is recorded),
--   partner_id, partners (how many counted in the district since %(since)s).
-- Index: overdoses_once_a_month.
WITH counts AS (
    SELECT c.*, count(*) OVER own AS months,
           count(*) FILTER (WHERE month > %(as_of)s::date - interval '24 months') OVER own AS late_months
      FROM cases_overdosecount c
     WHERE month BETWEEN %(since)s AND %(as_of)s
    WINDOW own AS (PARTITION BY district_id, partner_id)
),
ranked AS (
    SELECT *, dense_rank() OVER (PARTITION BY district_id ORDER BY late_months DESC, months DESC, partner_id) AS place
      FROM counts
),
told AS (
    SELECT *, max(place) OVER (PARTITION BY district_id) AS partners FROM ranked
)
SELECT t.district_id, t.month, t.fatal, t.non_fatal, p.residents, t.partner_id, t.partners
  FROM told t
  LEFT JOIN LATERAL (
       SELECT residents FROM partnership_districtpopulation p
        WHERE p.district_id = t.district_id
        ORDER BY abs(p.year - extract(year FROM t.month)) LIMIT 1
       ) p ON true
 WHERE t.place = 1
 ORDER BY t.district_id, t.month
