    -- Comparison group (b), before weighting: arrests of people who never enrolled anywhere, each arrest an index date. All of
    -- their arrests, not one of them: to choose one by chance would prefer, among first arrests, those of people who had no
    -- second. At most {limit} arrests, of people chosen by a hash.
    SELECT a.id, a.partner_id, 0::bigint AS programme_id, l.key, a.person_id, l.district_id, l.sex,
           l.birth_year, l.died_on, a.arrested_on AS index_date,
           NULL::date AS ended_on, '' AS end_reason, '' AS referral_kind, '' AS primary_drug, NULL::date AS referred_on,
           1::bigint AS rank
      FROM metrics_link l JOIN cases_arrest a ON a.person_id = l.person_id
     WHERE l.how <> 'unsure' AND {scope}
       AND NOT EXISTS (SELECT FROM cases_enrolment e JOIN metrics_link k ON k.person_id = e.person_id WHERE k.key = l.key)
     ORDER BY hashtext(l.key::text) LIMIT {limit}
