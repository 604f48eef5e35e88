-- Takes back what an import added and changed, except what has to be deleted one by one (people and enrolments: taking_back.py).
-- Returns: one row: records removed, restored, kept; enrolments and people that it added and that nothing later holds.
-- Each record has a chain of the imports that held it. This one leaves the chain: what it added or changed, the next import
-- after it has added or changed from now on; where there is none, the record goes, or becomes what it was.
-- A person or an enrolment that somebody has changed since stays as it is.
-- Indexes: one_before_per_record, offence_arrest.
DROP TABLE IF EXISTS import_mine, import_next, import_back;
CREATE TEMPORARY TABLE import_mine ON COMMIT DROP AS
SELECT record, object_id, bool_or(is_new) AS is_new
  FROM (SELECT record, unnest(added) AS object_id, true AS is_new FROM cases_importtrace WHERE data_import_id = %(import)s
        UNION ALL
        SELECT record, object_id, false FROM cases_importbefore WHERE data_import_id = %(import)s) AS held
 GROUP BY record, object_id;
ANALYZE import_mine;
CREATE TEMPORARY TABLE import_next ON COMMIT DROP AS
SELECT DISTINCT ON (record, object_id) record, object_id, m.is_new, i.id AS data_import_id
  FROM import_mine m
  JOIN (SELECT data_import_id, record, unnest(added || same) AS object_id FROM cases_importtrace
        UNION ALL
        SELECT data_import_id, record, object_id FROM cases_importbefore) AS held USING (record, object_id)
  JOIN cases_dataimport i ON i.id = held.data_import_id
  JOIN cases_dataimport this ON this.id = %(import)s
 WHERE i.state = 'done' AND (i.loaded_at, i.id) > (this.loaded_at, this.id)
 ORDER BY record, object_id, i.loaded_at, i.id;
ANALYZE import_next;

-- The next import inherits.
DELETE FROM cases_importbefore b USING import_next n
 WHERE n.is_new AND (b.data_import_id, b.record, b.object_id) = (n.data_import_id, n.record, n.object_id);
INSERT INTO cases_importtrace (partner_id, data_import_id, record, added, same)
SELECT %(partner)s, data_import_id, record, array_agg(object_id), '{}' FROM import_next WHERE is_new GROUP BY 2, 3;
UPDATE cases_importbefore b SET before = mine.before
  FROM import_next n JOIN cases_importbefore mine USING (record, object_id)
 WHERE mine.data_import_id = %(import)s AND (b.data_import_id, b.record, b.object_id) = (n.data_import_id, n.record, n.object_id);
UPDATE cases_importbefore b SET data_import_id = n.data_import_id
  FROM import_next n
 WHERE b.data_import_id = %(import)s AND (b.record, b.object_id) = (n.record, n.object_id)
   AND NOT EXISTS (SELECT FROM cases_importbefore o
                    WHERE (o.data_import_id, o.record, o.object_id) = (n.data_import_id, n.record, n.object_id));

-- What nothing later holds goes, or becomes what it was.
DELETE FROM import_mine m USING import_next n WHERE (m.record, m.object_id) = (n.record, n.object_id);
CREATE TEMPORARY TABLE import_back ON COMMIT DROP AS
SELECT b.record, b.object_id, b.before, b.stamp, false AS is_restored
  FROM cases_importbefore b JOIN import_mine m USING (record, object_id)
 WHERE b.data_import_id = %(import)s AND NOT m.is_new;
DELETE FROM cases_offence o USING import_mine m WHERE m.record = 'arrest' AND o.arrest_id = m.object_id;
DELETE FROM cases_arrest a USING import_mine m WHERE m.record = 'arrest' AND m.is_new AND a.id = m.object_id;
DELETE FROM partnership_districtpopulation p USING import_mine m
 WHERE m.record = 'population' AND m.is_new AND p.id = m.object_id;

UPDATE cases_arrest a
   SET person_id = o.person_id, arrested_on = o.arrested_on, district_id = o.district_id, is_drug = o.is_drug,
       offence_group = o.offence_group, last_offence_on = o.last_offence_on, last_drug_offence_on = o.last_drug_offence_on,
       age_at_offence = o.age_at_offence, content_hash = o.content_hash, received_at = now()
  FROM import_back b, jsonb_populate_record(NULL::cases_arrest, b.before) AS o
 WHERE b.record = 'arrest' AND a.id = b.object_id;
INSERT INTO cases_offence (partner_id, arrest_id, iccs, local_code, offence_on)
SELECT %(partner)s, b.object_id, o.iccs, o.local_code, o.offence_on
  FROM import_back b, jsonb_populate_recordset(NULL::cases_offence, b.before -> 'offences') AS o
 WHERE b.record = 'arrest';
UPDATE partnership_districtpopulation p SET residents = o.residents, residents_under_18 = o.residents_under_18
  FROM import_back b, jsonb_populate_record(NULL::partnership_districtpopulation, b.before) AS o
 WHERE b.record = 'population' AND p.id = b.object_id;
WITH restored AS (
    UPDATE cases_enrolment e
       SET ended_on = o.ended_on, end_reason = o.end_reason, measurement_consent = o.measurement_consent,
           measurement_consent_ended_on = o.measurement_consent_ended_on
      FROM import_back b, jsonb_populate_record(NULL::cases_enrolment, b.before) AS o
     WHERE b.record = 'enrolment' AND e.id = b.object_id AND e.changed_at = b.stamp
       AND (o.ended_on IS NOT NULL OR NOT EXISTS (  -- one takes part once at a time
            SELECT FROM cases_enrolment other
             WHERE other.person_id = e.person_id AND other.programme_id = e.programme_id AND other.ended_on IS NULL
               AND other.id <> e.id))
    RETURNING e.id
)
UPDATE import_back b SET is_restored = true FROM restored r WHERE b.record = 'enrolment' AND b.object_id = r.id;
WITH restored AS (
    UPDATE cases_person c
       SET first_names = b.before ->> 'first_names', last_name = b.before ->> 'last_name', born_on = b.before ->> 'born_on',
           identity_code = b.before ->> 'identity_code', sex = b.before ->> 'sex',
           birth_year = (b.before ->> 'birth_year')::int, code_index = b.before ->> 'code_index',
           birth_index = b.before ->> 'birth_index', code_pseudonym = b.before ->> 'code_pseudonym',
           birth_pseudonym = b.before ->> 'birth_pseudonym', spelling_hash = b.before ->> 'spelling_hash',
           source_key = b.before ->> 'source_key', changed_at = now()
      FROM import_back b
     WHERE b.record = 'person' AND c.id = b.object_id AND c.changed_at = b.stamp
    RETURNING c.id
)
UPDATE import_back b SET is_restored = true FROM restored r WHERE b.record = 'person' AND b.object_id = r.id;
UPDATE import_back SET is_restored = true WHERE record IN ('arrest', 'population');

SELECT (SELECT count(*) FROM import_mine WHERE record IN ('arrest', 'population') AND is_new),
       (SELECT count(*) FROM import_back WHERE record <> 'person' AND is_restored),
       (SELECT count(*) FROM import_next WHERE record <> 'person') + (SELECT count(*) FROM import_back WHERE NOT is_restored),
       (SELECT array_agg(object_id) FROM import_mine WHERE record = 'enrolment' AND is_new),
       (SELECT array_agg(object_id) FROM import_mine WHERE record = 'person' AND is_new);
