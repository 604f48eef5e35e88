-- Where people are referred and find no place, by home district.
-- Parameters: %(since)s, %(as_of)s: days of sending, both counted; %(seed)s: see metrics.protection.counts.
-- Returns: district, what became of it (no_place, waiting, other), referrals, the sum of their hashes.
-- Who: referrals sent to another partner about people whose district the sender's record says. no_place: declined for want of a place;
--   waiting: on a waiting list now.
-- Index: metrics_link_pkey.
SELECT l.district_id,
       CASE WHEN r.state = 'declined' AND r.reason_code = 'no_capacity' THEN 'no_place'
            WHEN r.state = 'waitlisted' THEN 'waiting' ELSE 'other' END,
       count(*), sum(hashint8extended(r.id, %(seed)s))
  FROM referrals_referral r JOIN metrics_link l ON l.person_id = r.person_id
 WHERE r.from_partner_id <> r.to_partner_id AND l.district_id IS NOT NULL
   AND (r.sent_at AT TIME ZONE 'Europe/Helsinki')::date BETWEEN %(since)s::date AND %(as_of)s::date
 GROUP BY 1, 2
