    -- Comparison group (a): referred and eligible, but never enrolled in that programme, from the day of the referral.
    -- Eligible: the receiver did not say that the person does not fit; who withdrew consent is left out. A person counts once
    -- per programme, by the first such referral.
    SELECT r.id, r.to_partner_id AS partner_id, r.programme_id, l.key, r.person_id, l.district_id, l.sex,
           l.birth_year, l.died_on,
           (r.sent_at AT TIME ZONE 'Europe/Helsinki')::date AS index_date, NULL::date AS ended_on, '' AS end_reason,
           r.kind AS referral_kind, '' AS primary_drug, NULL::date AS referred_on,
           row_number() OVER (PARTITION BY r.programme_id, l.key ORDER BY r.sent_at, r.id) AS rank
      FROM referrals_referral r JOIN metrics_link l ON l.person_id = r.person_id
     WHERE r.state IN ('declined', 'withdrawn', 'ended_early') AND r.enrolment_id IS NULL AND r.sent_at IS NOT NULL
       AND r.reason_code IN ('person_declined', 'person_unreachable', 'no_capacity', 'outside_area', 'other_arrangement')
       AND l.how <> 'unsure' AND {scope}
       AND NOT EXISTS (SELECT FROM cases_enrolment e JOIN metrics_link k ON k.person_id = e.person_id
                        WHERE k.key = l.key AND e.programme_id = r.programme_id)
