    -- Participants who consent to be counted and whom linkage knows, from the start of the enrolment (intention to treat).
    -- Index: cases_enrolment_person_id.
    SELECT e.id, e.partner_id, e.programme_id, l.key, e.person_id, l.district_id, l.sex,
           l.birth_year, l.died_on, e.started_on AS index_date, e.ended_on, e.end_reason,
           e.referral_kind, e.primary_drug,
           (SELECT min(r.sent_at AT TIME ZONE 'Europe/Helsinki')::date FROM referrals_referral r
             WHERE r.enrolment_id = e.id) AS referred_on,
           row_number() OVER (PARTITION BY e.programme_id, l.key ORDER BY e.started_on, e.id) AS rank
      FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
     WHERE e.measurement_consent AND l.how <> 'unsure' AND {scope}
