-- Fixed-window recidivism of each programme, or of one cohort: how many people of each kind of outcome.
-- Parameters: {group} (programme_id, or a constant), {rows} (follow-up rows, one a person), %(as_of)s (no feed counts beyond),
--   %(earliest)s (the earliest of the feeds' days), %(seed)s (see metrics.protection.counts).
-- Returns: group, observed, any_bin, drug_bin, people, the sum of these people's hashes (the state that noise follows from).
--   observed: how many of the windows 6, 12, 24, 36, 48, 60 months lie wholly before the end of follow-up (0–6).
--   any_bin, drug_bin: the number of the first of these windows in which the first re-arrest falls (1–6), 7 for none.
-- End of follow-up: the complete-through date of the person's district (where it has no feed, the earliest of all); or death,
--   unless a re-arrest came before it: that event stays.
WITH observed AS (
    SELECT {group} AS group_id, f.enrolment_id, f.any_on, f.drug_on,
           (f.index_date + interval '6 months')::date AS end_6, (f.index_date + interval '12 months')::date AS end_12,
           (f.index_date + interval '24 months')::date AS end_24, (f.index_date + interval '36 months')::date AS end_36,
           (f.index_date + interval '48 months')::date AS end_48, (f.index_date + interval '60 months')::date AS end_60,
           least(coalesce(d.complete_through, %(earliest)s::date),
                 CASE WHEN f.any_on <= f.died_on THEN NULL ELSE f.died_on END) AS followed_to
      FROM ({rows}) f
      LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                   FROM cases_feed GROUP BY district_id) d USING (district_id)
)
SELECT group_id,
       CASE WHEN end_60 <= followed_to THEN 6 WHEN end_48 <= followed_to THEN 5 WHEN end_36 <= followed_to THEN 4
            WHEN end_24 <= followed_to THEN 3 WHEN end_12 <= followed_to THEN 2 WHEN end_6 <= followed_to THEN 1
            ELSE 0 END AS observed,
       CASE WHEN any_on <= end_6 THEN 1 WHEN any_on <= end_12 THEN 2 WHEN any_on <= end_24 THEN 3 WHEN any_on <= end_36 THEN 4
            WHEN any_on <= end_48 THEN 5 WHEN any_on <= end_60 THEN 6 ELSE 7 END AS any_bin,
       CASE WHEN drug_on <= end_6 THEN 1 WHEN drug_on <= end_12 THEN 2 WHEN drug_on <= end_24 THEN 3 WHEN drug_on <= end_36 THEN 4
            WHEN drug_on <= end_48 THEN 5 WHEN drug_on <= end_60 THEN 6 ELSE 7 END AS drug_bin,
       count(*) AS people, sum(hashint8extended(enrolment_id, %(seed)s)) AS hashes
  FROM observed
 GROUP BY 1, 2, 3, 4
