    -- The same people from the day on which they completed the programme, for who asks that question.
    SELECT e.id, e.partner_id, e.programme_id, l.key, e.person_id, l.district_id, l.sex,
           l.birth_year, l.died_on, e.ended_on AS index_date, e.ended_on, e.end_reason,
           e.referral_kind, e.primary_drug, NULL::date AS referred_on,
           row_number() OVER (PARTITION BY e.programme_id, l.key ORDER BY e.ended_on, e.id) AS rank
      FROM metrics_link l JOIN cases_enrolment e ON e.person_id = l.person_id
     WHERE e.measurement_consent AND l.how <> 'unsure' AND e.end_reason = 'completed' AND {scope}
