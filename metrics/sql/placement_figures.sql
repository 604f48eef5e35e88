-- Whether people who were placed with an employer were still there after three and six months, by the partner that helps.
-- Parameters: %(as_of)s: the last day that counts; %(seed)s: see metrics.protection.counts.
-- Returns: partner, months, how it went (there, as_agreed, early, unknown), placements, the sum of their hashes.
-- Who: placements that began so many calendar months before the end of that day, of participations whose person consents to be counted.
-- Index: placement_of.
WITH begun AS (
    SELECT p.partner_id, p.seen_on, p.ended_on, p.end_reason, m.months,
           (p.started_on + make_interval(months => m.months))::date AS reached, hashint8extended(p.id, %(seed)s) AS hash
      FROM cases_placement p
      JOIN cases_enrolment e ON e.id = p.enrolment_id
     CROSS JOIN (VALUES (3), (6)) m(months)
     WHERE e.measurement_consent AND p.started_on IS NOT NULL
)
SELECT partner_id, months,
       CASE WHEN ended_on >= reached OR seen_on >= reached THEN 'there'
            WHEN end_reason IN ('as_agreed', 'hired') THEN 'as_agreed'
            WHEN ended_on IS NOT NULL THEN 'early' ELSE 'unknown' END,
       count(*), sum(hash)
  FROM begun WHERE reached <= %(as_of)s::date GROUP BY 1, 2, 3
