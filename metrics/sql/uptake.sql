-- How far eligible cases came: eligible, offered, agreed, first visit, completed.
-- Parameters: %(since)s, %(until)s: days of arrest, the last one not included; %(as_of)s: the last day that counts; %(followed)s: days
--   after the arrest within which a stage counts; %(seed)s: see metrics.protection.counts.
-- Returns: police unit, month, district, sex, age at the offence, the furthest stage, whether it ended without a charge, cases, the sum
--   of their hashes.
-- Eligible: an arrest all of whose offences are drugs for personal consumption (ICCS 06011), at 15 or over, as far as the district's
--   feed is complete; each human being once, by the first of them.
-- Offered: a referral of the kinds arrest diversion and court, written about that human being by anybody, within the days. Agreed: it was
--   sent, which takes the person's consent. Visited: the first appointment or a session was attended, or it was completed. Completed:
--   the referral was, or the outcome of its diversion says so. Of both, nobody who refused to be counted. Settled: no further action, or the charge dropped, up to the last day.
-- Index: arrest_trend, offence_arrest, link_key, referrals_referral_person_id, cases_session_enrolment_id.
WITH feeds AS (
    SELECT district_id, least(min(complete_through), %(as_of)s::date) AS complete_through FROM cases_feed GROUP BY district_id
),
eligible AS (
    SELECT DISTINCT ON (human) a.id, a.partner_id, a.person_id, a.arrested_on, a.district_id, a.age_at_offence, l.sex, l.key,
           coalesce(l.key, md5('person ' || a.person_id)::uuid) AS human, hashint8extended(a.id, %(seed)s) AS hash
      FROM cases_arrest a JOIN feeds f USING (district_id) JOIN metrics_link l USING (person_id)
     WHERE a.arrested_on >= %(since)s::date AND a.arrested_on < %(until)s::date AND a.arrested_on <= f.complete_through
       AND a.offence_group = 'personal' AND coalesce(a.age_at_offence, 15) >= 15
       AND NOT EXISTS (SELECT FROM cases_offence o WHERE o.arrest_id = a.id AND o.iccs NOT LIKE '06011%%')
     ORDER BY human, a.arrested_on, a.id
),
records AS (
    SELECT e.id, e.arrested_on, e.person_id FROM eligible e
     UNION
    SELECT e.id, e.arrested_on, l.person_id FROM eligible e JOIN metrics_link l USING (key)
),
reached AS (
    SELECT c.id, bool_or(agreed.is_so) AS agreed,
           bool_or(agreed.is_so AND coalesce(n.measurement_consent, true) AND (completed.is_so OR visited.is_so)) AS visited,
           bool_or(agreed.is_so AND coalesce(n.measurement_consent, true) AND completed.is_so) AS completed,
           bool_or(agreed.is_so AND coalesce(d.decision IN ('no_further_action', 'charge_dropped')
                   AND (d.decided_at AT TIME ZONE 'Europe/Helsinki')::date <= %(as_of)s::date, false)) AS settled
      FROM records c
      JOIN referrals_referral r ON r.person_id = c.person_id AND r.kind IN ('arrest_diversion', 'court')
       AND (r.created_at AT TIME ZONE 'Europe/Helsinki')::date BETWEEN c.arrested_on AND c.arrested_on + %(followed)s::int
      LEFT JOIN referrals_diversionagreement d ON d.referral_id = r.id
      LEFT JOIN referrals_firstappointment f ON f.referral_id = r.id
      LEFT JOIN cases_enrolment n ON n.id = r.enrolment_id
     CROSS JOIN LATERAL (
           SELECT coalesce((r.sent_at AT TIME ZONE 'Europe/Helsinki')::date <= c.arrested_on + %(followed)s::int, false) AS is_so
           ) agreed
     CROSS JOIN LATERAL (
           SELECT coalesce(r.state = 'completed'
                           AND (r.closed_at AT TIME ZONE 'Europe/Helsinki')::date <= c.arrested_on + %(followed)s::int, false)
               OR coalesce(d.outcome = 'completed'
                           AND (d.outcome_at AT TIME ZONE 'Europe/Helsinki')::date <= c.arrested_on + %(followed)s::int, false) AS is_so
           ) completed
     CROSS JOIN LATERAL (
           SELECT coalesce(f.outcome = 'kept'
                           AND (f.starts_at AT TIME ZONE 'Europe/Helsinki')::date <= c.arrested_on + %(followed)s::int, false)
               OR EXISTS (SELECT FROM cases_session s
                           WHERE s.enrolment_id = r.enrolment_id AND s.attendance = 'attended' AND s.taken_back_at IS NULL
                             AND s.held_on <= c.arrested_on + %(followed)s::int) AS is_so
           ) visited
     GROUP BY c.id
)
SELECT e.partner_id, date_trunc('month', e.arrested_on)::date, e.district_id, e.sex, e.age_at_offence,
       CASE WHEN r.completed THEN 'completed' WHEN r.visited THEN 'visited' WHEN r.agreed THEN 'agreed'
            WHEN r.id IS NOT NULL THEN 'offered' ELSE 'eligible' END,
       coalesce(r.settled, false), count(*), sum(e.hash)
  FROM eligible e LEFT JOIN reached r USING (id)
 GROUP BY 1, 2, 3, 4, 5, 6, 7
