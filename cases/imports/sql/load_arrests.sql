-- Loads one slice of the people of an import of arrests, with their arrests and offences.
-- Returns: one row (arrests added, corrected, unchanged).
-- A row of cases_importrow per offence; rows with one arrest number (key) are one arrest of one person (person_key).
-- Natural key: partner and arrest number; content_hash is the hash of all its rows, so a file imported twice changes
-- nothing, and a corrected arrest replaces the old one.
-- Its summary: cases/arrests/sql/summary.sql, the rule of what stands beside an arrest. Its people: people.sql.
-- Each step has a table of its own, whose size the planner then knows: guessing, it joined each row with each.
-- Indexes: import_row_person, import_person_once, one_arrest_per_number.
DROP TABLE IF EXISTS import_slice, import_heads, import_people;
CREATE TEMPORARY TABLE import_slice ON COMMIT DROP AS
SELECT DISTINCT ON (key, row_hash) key, row_hash, row, happened_on, other_on AS offence_on, code AS iccs, local_code,
       district_id, age, person_key, person_version
  FROM cases_importrow
 WHERE data_import_id = %(import)s AND person_key >= %(from)s AND person_key < %(to)s
 ORDER BY key, row_hash, row DESC;
ANALYZE import_slice;

CREATE TEMPORARY TABLE import_heads ON COMMIT DROP AS  -- one row an arrest: all its rows agree on its day, district and person
SELECT h.*, a.id AS arrest_id, a.id IS NULL AS is_new, coalesce(a.content_hash = h.content_hash, false) AS is_same
  FROM (SELECT key, min(happened_on) AS happened_on, min(district_id) AS district_id, min(person_key) AS person_key,
               min(age) AS age, md5(string_agg(row_hash, ',' ORDER BY row_hash)) AS content_hash,
               {summary}
          FROM import_slice GROUP BY key) AS h
  LEFT JOIN cases_arrest a ON a.partner_id = %(partner)s AND a.arrest_number = h.key;
ANALYZE import_heads;

CREATE TEMPORARY TABLE import_people ON COMMIT DROP AS  -- who has a new or corrected arrest; the newest arrest says the name
SELECT p.*, NULL::bigint AS district_id, NULL::bigint AS person_id, false AS is_new
  FROM (SELECT DISTINCT ON (s.person_key) s.person_version
          FROM import_slice s JOIN import_heads h USING (key)
         WHERE NOT h.is_same
         ORDER BY s.person_key, s.happened_on DESC, s.row DESC) AS newest
  JOIN cases_importperson p ON p.data_import_id = %(import)s AND p.version = newest.person_version;
ANALYZE import_people;
{people}
INSERT INTO cases_importbefore (partner_id, data_import_id, record, object_id, before)
SELECT %(partner)s, %(import)s, 'arrest', a.id, to_jsonb(a) || jsonb_build_object('offences',
       (SELECT coalesce(jsonb_agg(o), '[]') FROM cases_offence o WHERE o.arrest_id = a.id))
  FROM cases_arrest a JOIN import_heads h ON h.arrest_id = a.id
 WHERE NOT h.is_same
ON CONFLICT DO NOTHING;
UPDATE cases_arrest a
   SET person_id = p.person_id, arrested_on = h.happened_on, district_id = h.district_id, is_drug = h.is_drug,
       offence_group = h.offence_group, last_offence_on = h.last_offence_on,
       last_drug_offence_on = h.last_drug_offence_on, age_at_offence = h.age, content_hash = h.content_hash,
       received_at = now()
  FROM import_heads h JOIN import_people p USING (person_key)
 WHERE a.id = h.arrest_id AND NOT h.is_same;
DELETE FROM cases_offence o USING import_heads h WHERE o.arrest_id = h.arrest_id AND NOT h.is_same;

WITH added AS (
    INSERT INTO cases_arrest (partner_id, person_id, arrest_number, arrested_on, district_id, is_drug, offence_group,
           last_offence_on, last_drug_offence_on, age_at_offence, content_hash, received_at)
    SELECT %(partner)s, p.person_id, h.key, h.happened_on, h.district_id, h.is_drug, h.offence_group, h.last_offence_on,
           h.last_drug_offence_on, h.age, h.content_hash, now()
      FROM import_heads h JOIN import_people p USING (person_key)
     WHERE h.is_new
    RETURNING id, arrest_number
)
UPDATE import_heads h SET arrest_id = added.id FROM added WHERE added.arrest_number = h.key;
INSERT INTO cases_offence (partner_id, arrest_id, iccs, local_code, offence_on)
SELECT %(partner)s, h.arrest_id, s.iccs, s.local_code, s.offence_on
  FROM import_slice s JOIN import_heads h USING (key)
 WHERE NOT h.is_same;

INSERT INTO cases_importtrace (partner_id, data_import_id, record, added, same)
SELECT %(partner)s, %(import)s, 'arrest', coalesce(array_agg(arrest_id) FILTER (WHERE is_new), '{}'),
       coalesce(array_agg(arrest_id) FILTER (WHERE is_same), '{}')
  FROM import_heads;

SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND NOT is_same), count(*) FILTER (WHERE is_same)
  FROM import_heads;
