-- Loads one slice of the people of an import of arrests, with their arrests and offences.
-- Returns: one row (arrests added, corrected, unchanged).
-- A row of cases_importrow per offence; rows with one arrest number (key) are one arrest of one person (person_key).
-- Natural key: partner and arrest number; content_hash is the hash of all its rows, so a file imported twice changes
-- nothing, and a corrected arrest replaces the old one.
-- Its summary: cases/arrests/sql/summary.sql, the rule of what stands beside an arrest.
-- Indexes: import_row_person, one_person_per_code, one_person_per_source_key, one_arrest_per_number.
WITH slice AS MATERIALIZED (
    SELECT r.* FROM cases_importrow r
     WHERE r.data_import_id = %(import)s AND r.person_key >= %(from)s AND r.person_key < %(to)s
),
heads AS MATERIALIZED (  -- one row an arrest: the check leaves none whose rows disagree on its day, district or person
    SELECT key, happened_on, district_id, person_key, code_index, min(age) AS age,
           md5(string_agg(row_hash, ',' ORDER BY row_hash)) AS content_hash,
           {summary}
      FROM (SELECT DISTINCT ON (key, row_hash) *, code AS iccs, other_on AS offence_on
              FROM slice ORDER BY key, row_hash) AS once
     GROUP BY key, happened_on, district_id, person_key, code_index
),
known AS MATERIALIZED (
    SELECT h.key, a.id AS arrest_id, a.content_hash = h.content_hash AS is_same
      FROM heads h JOIN cases_arrest a ON a.partner_id = %(partner)s AND a.arrest_number = h.key
),
people AS MATERIALIZED (  -- one row a person who has a new or corrected arrest; the newest arrest says the name
    SELECT DISTINCT ON (s.person_key) s.*
      FROM slice s LEFT JOIN known k USING (key)
     WHERE k.is_same IS NOT TRUE
     ORDER BY s.person_key, s.happened_on DESC, s.row DESC
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
renamed AS (
    UPDATE cases_person c
       SET first_names = p.first_names, last_name = p.last_name, born_on = p.born_on, identity_code = p.identity_code,
           sex = p.sex, birth_year = p.birth_year, birth_index = p.birth_index,
           code_pseudonym = p.code_pseudonym, birth_pseudonym = p.birth_pseudonym, spelling_hash = p.spelling_hash,
           changed_at = now()
      FROM people p JOIN matched m USING (person_key)
     WHERE c.id = m.id AND p.last_name <> ''
       AND c.spelling_hash <> p.spelling_hash
),
made AS (
    INSERT INTO cases_person (partner_id, first_names, last_name, born_on, identity_code, phone, email, sex, birth_year,
           district_id, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash, source_key,
           created_at, changed_at)
    SELECT %(partner)s, first_names, last_name, born_on, identity_code, '', '', sex, birth_year, NULL, code_index,
           birth_index, code_pseudonym, birth_pseudonym, spelling_hash, person_key, now(), now()
      FROM people p WHERE NOT EXISTS (SELECT FROM matched m WHERE m.person_key = p.person_key)
    RETURNING id, source_key
),
person_ids AS (
    SELECT person_key, id FROM matched UNION ALL SELECT source_key, id FROM made
),
corrected AS (
    UPDATE cases_arrest a
       SET person_id = i.id, arrested_on = h.happened_on, district_id = h.district_id, is_drug = h.is_drug,
           offence_group = h.offence_group, last_offence_on = h.last_offence_on,
           last_drug_offence_on = h.last_drug_offence_on, age_at_offence = h.age, content_hash = h.content_hash, received_at = now()
      FROM known k JOIN heads h USING (key) JOIN person_ids i ON i.person_key = h.person_key
     WHERE a.id = k.arrest_id AND NOT k.is_same
    RETURNING a.id, a.arrest_number
),
gone AS (
    DELETE FROM cases_offence o USING known k WHERE o.arrest_id = k.arrest_id AND NOT k.is_same
),
added AS (
    INSERT INTO cases_arrest (partner_id, person_id, arrest_number, arrested_on, district_id, is_drug, offence_group,
           last_offence_on, last_drug_offence_on, age_at_offence, content_hash, received_at)
    SELECT %(partner)s, i.id, h.key, h.happened_on, h.district_id, h.is_drug, h.offence_group, h.last_offence_on,
           h.last_drug_offence_on, h.age, h.content_hash, now()
      FROM heads h JOIN person_ids i ON i.person_key = h.person_key
     WHERE NOT EXISTS (SELECT FROM known k WHERE k.key = h.key)
    RETURNING id, arrest_number
),
written AS (
    SELECT id, arrest_number FROM added UNION ALL SELECT id, arrest_number FROM corrected
),
offences AS (
    INSERT INTO cases_offence (partner_id, arrest_id, iccs, local_code, offence_on)
    SELECT DISTINCT ON (s.key, s.row_hash) %(partner)s, w.id, s.code, s.local_code, s.other_on
      FROM slice s JOIN written w ON w.arrest_number = s.key
     ORDER BY s.key, s.row_hash
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM corrected), (SELECT count(*) FROM known WHERE is_same)
