-- Which human being each person in scope is, by pseudonym only, and what figures need of the person's record.
-- Parameters: {people} (which people: all, or those touched), {names} (which names: all, or those touched).
-- Returns: nothing; writes metrics_link, from which the people in scope are gone.
-- A person with an identity code is known by it. One without a code is known by name, birth date and sex: as the one code
--   that this name has anywhere, or, where it has none, by the name. Where it has several codes nobody can tell who is meant:
--   ambiguous, and left out, as is who has neither code nor name with birth date.
-- The key is half of the pseudonym: 128 bits, with no realistic chance that two people share it.
-- Indexes: cases_person_pkey, person_name_pseudonym, person_without_code.
WITH names AS MATERIALIZED (
    SELECT name_pseudonym, min(code_pseudonym) AS code, min(code_pseudonym) <> max(code_pseudonym) AS is_ambiguous
      FROM cases_person p
     WHERE code_pseudonym <> '' AND name_pseudonym <> '' AND {names}
       AND EXISTS (SELECT FROM cases_person q WHERE q.name_pseudonym = p.name_pseudonym AND q.name_pseudonym <> ''
                      AND q.code_pseudonym = '')
     GROUP BY name_pseudonym
)
INSERT INTO metrics_link (person_id, key, how, district_id, sex, birth_year, died_on)
SELECT p.id,
       CASE WHEN p.code_pseudonym <> '' THEN left(p.code_pseudonym, 32)::uuid
            WHEN p.name_pseudonym = '' OR n.is_ambiguous THEN NULL
            ELSE left(coalesce(n.code, p.name_pseudonym), 32)::uuid END,
       CASE WHEN p.code_pseudonym <> '' THEN 'code' WHEN p.name_pseudonym = '' THEN 'nothing'
            WHEN n.is_ambiguous THEN 'ambiguous' ELSE 'name' END,
       p.district_id, p.sex, p.birth_year, p.died_on
  FROM cases_person p LEFT JOIN names n ON n.name_pseudonym = p.name_pseudonym AND p.code_pseudonym = ''
 WHERE {people}
