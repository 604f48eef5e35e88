-- How soon anchor teams met, and whether first visits were kept, by the partner that leads the case.
-- Parameters: %(as_of)s: the last day that counts; %(soon)s, %(later)s: days up to which a meeting is soon, or late; %(seed)s: see
--   metrics.protection.counts.
-- Returns: partner, what is asked (met, visit), how it went, cases, the sum of their hashes.
-- Who: met: cases that a team took, received at least %(later)s days before; soon, later (up to that day), not (later still, or
--   not at all). visit: cases that were guided somewhere; kept (at least one first visit), missed (none kept, one missed),
--   unknown. Of a referral the receiver's first appointment says it, else what the lead noted.
-- Index: anchor_case_list, anchor_meeting_list, anchor_guidance_list.
WITH cases AS (
    SELECT c.id, c.partner_id, c.received_on, hashint8extended(c.id, %(seed)s) AS hash
      FROM referrals_anchorcase c WHERE c.screening = 'taken' AND c.received_on <= %(as_of)s::date
),
met AS (
    SELECT c.id, c.partner_id, c.hash, min(m.held_on) - c.received_on AS days
      FROM cases c LEFT JOIN referrals_anchormeeting m ON m.case_id = c.id AND m.held_on <= %(as_of)s::date
     WHERE c.received_on <= %(as_of)s::date - %(later)s::int
     GROUP BY c.id, c.partner_id, c.hash, c.received_on
),
visits AS (
    SELECT c.id, c.partner_id, c.hash, bool_or(said.visit = 'kept') AS is_kept, bool_or(said.visit = 'missed') AS is_missed
      FROM cases c
      JOIN referrals_anchorguidance g ON g.case_id = c.id
      LEFT JOIN referrals_firstappointment a ON a.referral_id = g.referral_id
     CROSS JOIN LATERAL (SELECT coalesce(nullif(a.outcome, ''), g.visit) AS visit) said
     GROUP BY c.id, c.partner_id, c.hash
)
SELECT partner_id, 'met', CASE WHEN days <= %(soon)s::int THEN 'soon' WHEN days <= %(later)s::int THEN 'later' ELSE 'not' END AS how,
       count(*), sum(hash)
  FROM met GROUP BY 1, 2, 3
 UNION ALL
SELECT partner_id, 'visit', CASE WHEN is_kept THEN 'kept' WHEN is_missed THEN 'missed' ELSE 'unknown' END AS how,
       count(*), sum(hash)
  FROM visits GROUP BY 1, 2, 3
