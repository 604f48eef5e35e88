-- Loads one slice of an import of populations. Returns: one row (added, corrected, unchanged).
-- A row of cases_importrow per district and year; of several, the last in the file counts.
WITH slice AS MATERIALIZED (
    SELECT DISTINCT ON (r.person_key) r.district_id, extract(year FROM r.happened_on)::int AS year, r.residents,
           r.residents_under_18
      FROM cases_importrow r
     WHERE r.data_import_id = %(import)s AND r.person_key >= %(from)s AND r.person_key < %(to)s
     ORDER BY r.person_key, r.row DESC
),
corrected AS (
    UPDATE partnership_districtpopulation p SET residents = s.residents, residents_under_18 = s.residents_under_18
      FROM slice s
     WHERE p.district_id = s.district_id AND p.year = s.year
       AND (p.residents, p.residents_under_18) IS DISTINCT FROM (s.residents, s.residents_under_18)
    RETURNING p.id
),
added AS (
    INSERT INTO partnership_districtpopulation (district_id, year, residents, residents_under_18)
    SELECT district_id, year, residents, residents_under_18 FROM slice
    ON CONFLICT (district_id, year) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM corrected),
       (SELECT count(*) FROM slice) - (SELECT count(*) FROM added) - (SELECT count(*) FROM corrected)
