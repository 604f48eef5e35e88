-- Fixed-window recidivism of each programme, or of one cohort: how many people of each kind of outcome.
-- Parameters: {group} (programme_id, or a constant), {rows} (follow-up rows, one a person), %(as_of)s (no feed counts beyond),
--   %(earliest)s (the earliest of the feeds' days).
-- Returns: group, observed, any_bin, drug_bin, people, and the arrests in each window of those rearrested in it
--   (any_6 … drug_36). observed: how many of the windows 6, 12, 24, 36 months lie wholly before the end of follow-up (0–4).
--   any_bin, drug_bin: the number of the first of these windows in which the first re-arrest falls (1–4), 5 for none.
-- End of follow-up: the complete-through date of the person's district (where it has no feed, the earliest of all), or death.
--   A death after a re-arrest takes the event of nobody: who was rearrested before is observed as if alive, for both kinds of
--   offences, since both are counted on the same people.
WITH observed AS (
    SELECT {group} AS group_id, f.*,
           (f.index_date + interval '6 months')::date AS end_6, (f.index_date + interval '12 months')::date AS end_12,
           (f.index_date + interval '24 months')::date AS end_24, (f.index_date + interval '36 months')::date AS end_36,
           least(coalesce(d.complete_through, %(earliest)s::date),
                 CASE WHEN f.any_on <= f.died_on THEN NULL ELSE f.died_on END) AS followed_to
      FROM ({rows}) f
      LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                   FROM cases_feed GROUP BY district_id) d USING (district_id)
)
SELECT group_id,
       CASE WHEN end_36 <= followed_to THEN 4 WHEN end_24 <= followed_to THEN 3 WHEN end_12 <= followed_to THEN 2
            WHEN end_6 <= followed_to THEN 1 ELSE 0 END AS observed,
       CASE WHEN any_6 > 0 THEN 1 WHEN any_12 > 0 THEN 2 WHEN any_24 > 0 THEN 3 WHEN any_36 > 0 THEN 4 ELSE 5 END AS any_bin,
       CASE WHEN drug_6 > 0 THEN 1 WHEN drug_12 > 0 THEN 2 WHEN drug_24 > 0 THEN 3 WHEN drug_36 > 0 THEN 4 ELSE 5 END
           AS drug_bin,
       count(*) AS people, sum(any_6), sum(any_12), sum(any_24), sum(any_36), sum(drug_6), sum(drug_12), sum(drug_24),
       sum(drug_36)
  FROM observed
 GROUP BY 1, 2, 3, 4
