-- Rearrested within each fixed window, as unsure links are read, of each programme's participants.
-- Parameters: %(as_of)s, %(earliest)s, %(seed)s: see fixed_windows.sql. Reads the temporary tables of metrics/quality/linkage.py:
--   participants who have unsure links (unsure_members), followed through each of them (unsure_followup), with the link's probability.
-- Returns: programme_id, months, kind (any or drug); of people whose whole window is observed, each as the sum of their hashes and how
--   many they are: everybody; whom sure links leave out; rearrested by sure links; rearrested only if an unsure link is right;
--   and the sum of the probabilities of these.
-- The candidates of one person compete, so their probabilities add up, to 1 at most.
WITH windows (months) AS (VALUES (6), (12), (24), (36)),
kinds (kind) AS (VALUES ('any'), ('drug')),
participants AS (
    SELECT enrolment_id, programme_id, index_date, district_id, died_on, any_on, any_6, any_12, any_24, any_36,
           drug_6, drug_12, drug_24, drug_36, false AS left_out
      FROM metrics_followup WHERE rank = 1
     UNION ALL
    SELECT DISTINCT ON (participation) participation, programme_id, index_date, district_id, died_on, NULL::date, 0, 0, 0, 0, 0, 0,
           0, 0, true
      FROM unsure_members WHERE left_out
),
through AS (
    SELECT m.participation AS enrolment_id, w.months, k.kind, least(coalesce(sum(m.probability) FILTER (WHERE
               (CASE w.months WHEN 6 THEN CASE k.kind WHEN 'any' THEN u.any_6 ELSE u.drug_6 END
                              WHEN 12 THEN CASE k.kind WHEN 'any' THEN u.any_12 ELSE u.drug_12 END
                              WHEN 24 THEN CASE k.kind WHEN 'any' THEN u.any_24 ELSE u.drug_24 END
                              ELSE CASE k.kind WHEN 'any' THEN u.any_36 ELSE u.drug_36 END END) > 0), 0), 1) AS probability
      FROM unsure_followup u JOIN unsure_members m ON m.id = u.enrolment_id CROSS JOIN windows w CROSS JOIN kinds k
     GROUP BY 1, 2, 3
),
observed AS (
    SELECT enrolment_id, p.programme_id, p.left_out, w.months, k.kind,
           (CASE w.months WHEN 6 THEN CASE k.kind WHEN 'any' THEN any_6 ELSE drug_6 END
                          WHEN 12 THEN CASE k.kind WHEN 'any' THEN any_12 ELSE drug_12 END
                          WHEN 24 THEN CASE k.kind WHEN 'any' THEN any_24 ELSE drug_24 END
                          ELSE CASE k.kind WHEN 'any' THEN any_36 ELSE drug_36 END END) > 0 AS is_rearrested,
           coalesce(t.probability, 0) AS probability
      FROM participants p CROSS JOIN windows w CROSS JOIN kinds k
      LEFT JOIN through t USING (enrolment_id, months, kind)
      LEFT JOIN (SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through
                   FROM cases_feed GROUP BY district_id) d USING (district_id)
     WHERE (p.index_date + w.months * interval '1 month')::date
           <= least(coalesce(d.complete_through, %(earliest)s::date),
                    CASE WHEN p.any_on <= p.died_on THEN NULL ELSE p.died_on END)
)
SELECT programme_id, months, kind,
       ARRAY[coalesce(sum(hash), 0), count(*)],
       ARRAY[coalesce(sum(hash) FILTER (WHERE left_out), 0), count(*) FILTER (WHERE left_out)],
       ARRAY[coalesce(sum(hash) FILTER (WHERE is_rearrested), 0), count(*) FILTER (WHERE is_rearrested)],
       ARRAY[coalesce(sum(hash) FILTER (WHERE is_unsure), 0), count(*) FILTER (WHERE is_unsure)],
       coalesce(sum(probability) FILTER (WHERE is_unsure), 0)::float8
  FROM (SELECT *, NOT is_rearrested AND probability > 0 AS is_unsure, hashint8extended(enrolment_id, %(seed)s) AS hash
          FROM observed) AS judged
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
