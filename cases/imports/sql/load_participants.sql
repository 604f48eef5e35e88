-- Loads one slice of the people of an import of participants, with their enrolments in one programme.
-- Returns: one row (enrolments added, corrected, unchanged).
-- A row of cases_importrow per participation. Natural key: person, programme and start; another end replaces the old one.
-- Indexes: import_row_person, one_person_per_code, one_person_per_source_key, enrolment's index on person.
WITH slice AS MATERIALIZED (
    SELECT DISTINCT ON (r.person_key, r.happened_on) r.* FROM cases_importrow r
     WHERE r.data_import_id = %(import)s AND r.person_key >= %(from)s AND r.person_key < %(to)s
     ORDER BY r.person_key, r.happened_on, r.row DESC
),
people AS MATERIALIZED (
    SELECT DISTINCT ON (person_key) * FROM slice ORDER BY person_key, happened_on DESC
),
matched AS MATERIALIZED (  -- by code before by key; two joins, because an OR between them could use no index
    SELECT DISTINCT ON (person_key) person_key, id
      FROM (SELECT p.person_key, c.id, 1 AS rank
              FROM people p JOIN cases_person c ON c.partner_id = %(partner)s AND c.code_index = p.code_index
             WHERE p.code_index <> '' AND c.code_index <> ''
            UNION ALL
            SELECT p.person_key, c.id, 2
              FROM people p JOIN cases_person c ON c.partner_id = %(partner)s AND c.source_key = p.person_key
             WHERE c.source_key <> '') AS found
     ORDER BY person_key, rank, id
),
made AS (
    INSERT INTO cases_person (partner_id, first_names, last_name, born_on, identity_code, phone, email, sex, birth_year,
           district_id, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash, source_key,
           created_at, changed_at)
    SELECT %(partner)s, first_names, last_name, born_on, identity_code, '', '', sex, birth_year, district_id, code_index,
           birth_index, code_pseudonym, birth_pseudonym, spelling_hash, person_key, now(), now()
      FROM people p WHERE NOT EXISTS (SELECT FROM matched m WHERE m.person_key = p.person_key)
    RETURNING id, source_key
),
person_ids AS (
    SELECT person_key, id FROM matched UNION ALL SELECT source_key, id FROM made
),
known AS MATERIALIZED (
    SELECT s.row, e.id, (e.ended_on, e.end_reason, e.measurement_consent) IS NOT DISTINCT FROM
           (s.other_on, s.code, s.consents) AS is_same
      FROM slice s JOIN matched m USING (person_key)
      JOIN cases_enrolment e ON e.person_id = m.id AND e.programme_id = %(programme)s AND e.started_on = s.happened_on
),
corrected AS (
    UPDATE cases_enrolment e
       SET ended_on = s.other_on, end_reason = s.code,
           measurement_consent_ended_on = CASE WHEN e.measurement_consent AND NOT s.consents THEN current_date
                                               WHEN s.consents THEN NULL ELSE e.measurement_consent_ended_on END,
           measurement_consent = s.consents
      FROM known k JOIN slice s USING (row)
     WHERE e.id = k.id AND NOT k.is_same
    RETURNING e.id
),
added AS (
    INSERT INTO cases_enrolment (partner_id, person_id, programme_id, started_on, ended_on, end_reason, referral_kind,
           primary_drug, measurement_consent, created_at)
    SELECT %(partner)s, i.id, %(programme)s, s.happened_on, s.other_on, s.code, '', '', s.consents, now()
      FROM slice s JOIN person_ids i USING (person_key)
     WHERE NOT EXISTS (SELECT FROM known k WHERE k.row = s.row)
    RETURNING id
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM corrected), (SELECT count(*) FROM known WHERE is_same)
