-- Loads one slice of the people of an import of participants, with their enrolments.
-- Returns: one row (enrolments added, corrected, unchanged).
-- A row of cases_importrow per participation. Natural key: person, programme and start; another end replaces the old one.
-- Its people: people.sql. Indexes: import_row_person, import_person_once, enrolment's index on person.
DROP TABLE IF EXISTS import_slice, import_people;
CREATE TEMPORARY TABLE import_slice ON COMMIT DROP AS
SELECT DISTINCT ON (person_key, programme_number, happened_on) row, happened_on, other_on, code, consents, programme_number,
       district_id, person_key, person_version, NULL::bigint AS enrolment_id, false AS is_new, false AS is_same
  FROM cases_importrow
 WHERE data_import_id = %(import)s AND person_key >= %(from)s AND person_key < %(to)s
 ORDER BY person_key, programme_number, happened_on, row DESC;
ANALYZE import_slice;
CREATE TEMPORARY TABLE import_people ON COMMIT DROP AS  -- the newest participation says the name
SELECT p.*, newest.district_id, NULL::bigint AS person_id, false AS is_new
  FROM (SELECT DISTINCT ON (person_key) person_version, district_id
          FROM import_slice ORDER BY person_key, happened_on DESC, row DESC) AS newest
  JOIN cases_importperson p ON p.data_import_id = %(import)s AND p.version = newest.person_version;
ANALYZE import_people;
{people}
UPDATE import_slice s
   SET enrolment_id = e.id,
       is_same = (e.ended_on, e.end_reason, e.measurement_consent) IS NOT DISTINCT FROM (s.other_on, s.code, s.consents)
  FROM import_people p, cases_enrolment e
 WHERE p.person_key = s.person_key AND e.person_id = p.person_id AND e.programme_id = s.programme_number
   AND e.started_on = s.happened_on;
INSERT INTO cases_importbefore (partner_id, data_import_id, record, object_id, before)
SELECT %(partner)s, %(import)s, 'enrolment', e.id, to_jsonb(e)
  FROM cases_enrolment e JOIN import_slice s ON s.enrolment_id = e.id
 WHERE NOT s.is_same
ON CONFLICT DO NOTHING;
WITH corrected AS (
UPDATE cases_enrolment e
   SET ended_on = s.other_on, end_reason = s.code,
       measurement_consent_ended_on = CASE WHEN e.measurement_consent AND NOT s.consents THEN current_date
                                           WHEN s.consents THEN NULL ELSE e.measurement_consent_ended_on END,
       measurement_consent = s.consents
  FROM import_slice s
 WHERE e.id = s.enrolment_id AND NOT s.is_same
RETURNING e.id, e.changed_at
)
UPDATE cases_importbefore b SET stamp = c.changed_at
  FROM corrected c WHERE b.data_import_id = %(import)s AND b.record = 'enrolment' AND b.object_id = c.id;
WITH added AS (
    INSERT INTO cases_enrolment (partner_id, person_id, programme_id, started_on, ended_on, end_reason, referral_kind,
           primary_drug, measurement_consent, created_at, changed_at)
    SELECT %(partner)s, p.person_id, s.programme_number, s.happened_on, s.other_on, s.code, '', '', s.consents, now(), now()
      FROM import_slice s JOIN import_people p USING (person_key)
     WHERE s.enrolment_id IS NULL
    RETURNING id, person_id, programme_id, started_on
)
UPDATE import_slice s SET enrolment_id = added.id, is_new = true
  FROM added JOIN import_people p USING (person_id)
 WHERE p.person_key = s.person_key AND added.programme_id = s.programme_number AND added.started_on = s.happened_on;

INSERT INTO cases_importtrace (partner_id, data_import_id, record, added, same)
SELECT %(partner)s, %(import)s, 'enrolment', coalesce(array_agg(enrolment_id) FILTER (WHERE is_new), '{}'),
       coalesce(array_agg(enrolment_id) FILTER (WHERE is_same), '{}')
  FROM import_slice;

SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND NOT is_same), count(*) FILTER (WHERE is_same)
  FROM import_slice;
