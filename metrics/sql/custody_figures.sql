-- How soon somebody was in contact after a release from custody, by the partner that helps.
-- Parameters: %(as_of)s: the last day that counts; %(seed)s: see metrics.protection.counts.
-- Returns: partner, how soon (day, three_days, fortnight, not), releases, the sum of their hashes.
-- Who: releases whose first fourteen days were over by the end of that day, of participations whose person consents to be counted.
--   Inside the interval its end counts: a contact 24 hours after the release is within them.
-- Index: release_contact_of.
WITH released AS (
    SELECT r.id, r.partner_id, r.released_at, hashint8extended(r.id, %(seed)s) AS hash
      FROM cases_release r
      JOIN cases_enrolment e ON e.id = r.enrolment_id
     WHERE e.measurement_consent
       AND r.released_at + interval '14 days' < (%(as_of)s::date + 1)::timestamp AT TIME ZONE 'Europe/Helsinki'
),
met AS (
    SELECT r.id, r.partner_id, r.hash, min(c.at) - r.released_at AS after
      FROM released r
      LEFT JOIN cases_releasecontact c ON c.release_id = r.id AND c.outcome = 'kept' AND c.at >= r.released_at
     GROUP BY r.id, r.partner_id, r.hash, r.released_at
)
SELECT partner_id,
       CASE WHEN after <= interval '24 hours' THEN 'day' WHEN after <= interval '72 hours' THEN 'three_days'
            WHEN after <= interval '14 days' THEN 'fortnight' ELSE 'not' END AS how_soon,
       count(*), sum(hash)
  FROM met GROUP BY 1, 2
