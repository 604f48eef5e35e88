-- Frequency of re-arrest, completion, retention and time to service of each programme, or of one cohort.
-- Parameters: {group}, {rows}, %(as_of)s, %(earliest)s, %(seed)s: see fixed_windows.sql.
-- Returns: group, person_years of follow-up (which does not end with an arrest), arrests for any offence and for drug offences in
--   it; then people with the sums of their hashes, in pairs: followed and rearrested in it, followed and not; ended and completed,
--   ended otherwise; observed for 90 days (started at least 90 days before today, or ended) and retained (stayed 90 days, or
--   completed earlier), not retained; then how many came by a referral, median and upper quartile of days from referral to start.
-- Arrests after the end of follow-up are not in it; they are counted one by one for the few who have any.
WITH observed AS (
    SELECT {group} AS group_id, f.*, hashint8extended(f.enrolment_id, %(seed)s) AS hash,
           ended_on IS NOT NULL OR index_date <= %(today)s::date - 90 AS is_observed_90,
           coalesce(ended_on - index_date >= 90 OR end_reason = 'completed', true) AS is_retained_90,
           least(coalesce(d.complete_through, %(earliest)s::date), f.died_on) AS followed_to
      FROM ({rows}) f
      LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                   FROM cases_feed GROUP BY district_id) d USING (district_id)
),
counted AS (
    SELECT o.*, followed_to >= index_date AS is_followed,
           any_total - coalesce(late.any_late, 0) AS any_arrests, drug_total - coalesce(late.drug_late, 0) AS drug_arrests
      FROM observed o
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE a.last_offence_on IS NULL OR a.last_offence_on > o.index_date) AS any_late,
                  count(*) FILTER (WHERE a.is_drug AND (a.last_drug_offence_on IS NULL
                                                        OR a.last_drug_offence_on > o.index_date)) AS drug_late
             FROM metrics_link l JOIN cases_arrest a ON a.person_id = l.person_id
            WHERE o.last_on > o.followed_to AND l.key = o.key AND a.arrested_on > greatest(o.followed_to, o.index_date)
           ) late ON o.last_on > o.followed_to
)
SELECT group_id,
       coalesce(sum(followed_to - index_date) FILTER (WHERE is_followed), 0) / 365.25,
       coalesce(sum(any_arrests) FILTER (WHERE is_followed), 0), coalesce(sum(drug_arrests) FILTER (WHERE is_followed), 0),
       count(*) FILTER (WHERE is_followed AND any_arrests > 0), sum(hash) FILTER (WHERE is_followed AND any_arrests > 0),
       count(*) FILTER (WHERE is_followed AND any_arrests = 0), sum(hash) FILTER (WHERE is_followed AND any_arrests = 0),
       count(*) FILTER (WHERE end_reason = 'completed'), sum(hash) FILTER (WHERE end_reason = 'completed'),
       count(*) FILTER (WHERE ended_on IS NOT NULL AND end_reason <> 'completed'),
       sum(hash) FILTER (WHERE ended_on IS NOT NULL AND end_reason <> 'completed'),
       count(*) FILTER (WHERE is_observed_90 AND is_retained_90), sum(hash) FILTER (WHERE is_observed_90 AND is_retained_90),
       count(*) FILTER (WHERE is_observed_90 AND NOT is_retained_90),
       sum(hash) FILTER (WHERE is_observed_90 AND NOT is_retained_90),
       count(*) FILTER (WHERE referred_on <= index_date),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY index_date - referred_on) FILTER (WHERE referred_on <= index_date),
       percentile_cont(0.75) WITHIN GROUP (ORDER BY index_date - referred_on) FILTER (WHERE referred_on <= index_date)
  FROM counted
 GROUP BY 1
