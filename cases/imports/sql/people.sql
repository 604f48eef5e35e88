-- Finds or makes the people of a slice: each row of import_people (what the file says of a person last) gets its person_id.
-- By identity code before by source_key, the hash of the partner's own number or of what the file knew the person by.
-- What the file does not say takes nothing away; a name, birth date, sex or code that it says differently replaces.
-- Indexes: one_person_per_code, one_person_per_source_key.
UPDATE import_people p SET person_id = c.id FROM cases_person c
 WHERE p.code_index <> '' AND c.partner_id = %(partner)s AND c.code_index = p.code_index AND c.code_index <> '';
UPDATE import_people p SET person_id = c.id FROM cases_person c
 WHERE p.person_id IS NULL AND c.partner_id = %(partner)s AND c.source_key = p.person_key AND c.source_key <> '';

-- While this says which import it is, a trigger keeps what people were before (portal_keep_person).
SELECT set_config('portal.import', %(import)s::text, true);
UPDATE cases_person c
   SET identity_code = p.identity_code, code_index = p.code_index, code_pseudonym = p.code_pseudonym,
       born_on = p.born_on, birth_year = p.birth_year, birth_index = p.birth_index, birth_pseudonym = p.birth_pseudonym,
       changed_at = now()
  FROM import_people p
 WHERE c.id = p.person_id AND p.code_index <> '' AND c.code_index <> p.code_index;
UPDATE cases_person c
   SET first_names = p.first_names, last_name = p.last_name, born_on = p.born_on, sex = p.sex, birth_year = p.birth_year,
       birth_index = p.birth_index, birth_pseudonym = p.birth_pseudonym, spelling_hash = p.spelling_hash, changed_at = now()
  FROM import_people p
 WHERE c.id = p.person_id AND p.last_name <> ''
   AND (p.birth_index <> '' OR c.birth_index = '') AND (p.sex <> 'unknown' OR c.sex = 'unknown')
   AND c.spelling_hash <> p.spelling_hash;
UPDATE cases_person c SET source_key = p.person_key  -- the partner's own number, once it is known
  FROM import_people p
 WHERE c.id = p.person_id AND p.has_number AND c.source_key <> p.person_key
   AND NOT EXISTS (SELECT FROM cases_person o WHERE o.partner_id = %(partner)s AND o.source_key = p.person_key);
SELECT set_config('portal.import', '', true);

WITH made AS (
    INSERT INTO cases_person (partner_id, first_names, last_name, born_on, identity_code, phone, email, sex, birth_year,
           district_id, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash, source_key, created_at,
           changed_at)
    SELECT %(partner)s, first_names, last_name, born_on, identity_code, '', '', sex, birth_year, district_id, code_index,
           birth_index, code_pseudonym, birth_pseudonym, spelling_hash, person_key, now(), now()
      FROM import_people WHERE person_id IS NULL
    RETURNING id, source_key
)
UPDATE import_people p SET person_id = made.id, is_new = true FROM made WHERE made.source_key = p.person_key;
INSERT INTO cases_importtrace (partner_id, data_import_id, record, added, same)
SELECT %(partner)s, %(import)s, 'person', array_agg(person_id), '{}' FROM import_people WHERE is_new HAVING count(*) > 0;
