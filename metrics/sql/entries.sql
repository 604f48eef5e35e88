-- How the people of each programme, or of one cohort, fared by the quarter in which they started.
-- Parameters: {group}, {rows}, %(as_of)s, %(earliest)s, %(seed)s: see fixed_windows.sql.
-- Returns: group, quarter (its first day), and of those who are observed for twelve months: how many were rearrested in them with the
--   sum of their hashes, and how many were not with theirs.
SELECT group_id, quarter, count(*) FILTER (WHERE is_rearrested), coalesce(sum(hash) FILTER (WHERE is_rearrested), 0),
       count(*) FILTER (WHERE NOT is_rearrested), coalesce(sum(hash) FILTER (WHERE NOT is_rearrested), 0)
  FROM (SELECT {group} AS group_id, date_trunc('quarter', f.index_date::timestamp)::date AS quarter,
               f.any_12 > 0 AS is_rearrested, hashint8extended(f.enrolment_id, %(seed)s) AS hash
          FROM ({rows}) f
          LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                       FROM cases_feed GROUP BY district_id) d USING (district_id)
         WHERE (f.index_date + interval '12 months')::date
               <= least(coalesce(d.complete_through, %(earliest)s::date),
                        CASE WHEN f.any_on <= f.died_on THEN NULL ELSE f.died_on END)) AS observed
 GROUP BY 1, 2 ORDER BY 1, 2
