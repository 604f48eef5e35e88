-- Which human being each person in scope is, and what figures need of the person's record.
-- Parameters: {people} (which people: all, or those touched).
-- Reads: heads (person_id, head): who is joined to others by sure pairs of the linker, and the smallest number among them.
-- Returns: nothing; writes metrics_link, from which the people in scope are gone.
-- Who is joined to nobody is a human being of their own; unless they have no code and are likelier than not one of their
--   candidates: nobody can tell which, and they are in no figure ('unsure'), nor is who has neither code nor date of birth.
-- Indexes: cases_person_pkey, one_pair, pair_other.
WITH unsure AS MATERIALIZED (
    SELECT person_id, sum(probability) AS probability
      FROM (SELECT person_id, probability FROM metrics_pair WHERE {unsure}
            UNION ALL SELECT other_id, probability FROM metrics_pair WHERE {unsure}) either
     WHERE {pairs}
     GROUP BY person_id
),
judged AS (
    SELECT p.id, coalesce(h.head, p.id) AS head, p.district_id, p.sex, p.birth_year, p.died_on,
           CASE WHEN p.code_index <> '' THEN 'code' WHEN h.head IS NULL AND p.birth_index = '' THEN 'nothing'
                WHEN h.head IS NULL AND u.probability >= 0.5 THEN 'unsure' ELSE 'name' END AS how
      FROM cases_person p LEFT JOIN heads h ON h.person_id = p.id LEFT JOIN unsure u ON u.person_id = p.id
     WHERE {people}
)
INSERT INTO metrics_link (person_id, key, how, district_id, sex, birth_year, died_on)
SELECT id, CASE WHEN how <> 'nothing' THEN md5('person ' || head)::uuid END, how, district_id, sex, birth_year, died_on
  FROM judged
