-- Loads one slice of an import of populations. Returns: one row (added, corrected, unchanged).
-- A row of cases_importrow per district and year; of several, the last in the file counts.
DROP TABLE IF EXISTS import_slice;
CREATE TEMPORARY TABLE import_slice ON COMMIT DROP AS
SELECT s.*, p.id AS population_id, p.id IS NULL AS is_new,
       coalesce((p.residents, p.residents_under_18) = (s.residents, s.residents_under_18), false) AS is_same
  FROM (SELECT DISTINCT ON (person_key) district_id, extract(year FROM happened_on)::int AS year, residents,
               residents_under_18
          FROM cases_importrow
         WHERE data_import_id = %(import)s AND person_key >= %(from)s AND person_key < %(to)s
         ORDER BY person_key, row DESC) AS s
  LEFT JOIN partnership_districtpopulation p USING (district_id, year);
INSERT INTO cases_importbefore (partner_id, data_import_id, record, object_id, before)
SELECT %(partner)s, %(import)s, 'population', p.id, to_jsonb(p)
  FROM partnership_districtpopulation p JOIN import_slice s ON s.population_id = p.id
 WHERE NOT s.is_same
ON CONFLICT DO NOTHING;
UPDATE partnership_districtpopulation p SET residents = s.residents, residents_under_18 = s.residents_under_18
  FROM import_slice s
 WHERE p.id = s.population_id AND NOT s.is_same;
WITH added AS (
    INSERT INTO partnership_districtpopulation (district_id, year, residents, residents_under_18)
    SELECT district_id, year, residents, residents_under_18 FROM import_slice WHERE is_new
    RETURNING id, district_id, year
)
UPDATE import_slice s SET population_id = added.id FROM added
 WHERE added.district_id = s.district_id AND added.year = s.year;
INSERT INTO cases_importtrace (partner_id, data_import_id, record, added, same)
SELECT %(partner)s, %(import)s, 'population', coalesce(array_agg(population_id) FILTER (WHERE is_new), '{}'),
       coalesce(array_agg(population_id) FILTER (WHERE is_same), '{}')
  FROM import_slice;

SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND NOT is_same), count(*) FILTER (WHERE is_same)
  FROM import_slice;
