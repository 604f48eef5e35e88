"""A rebuild fills tables without any index and makes the four indexes at one time; what figures need of a person stands beside the
link; who is who is looked at anew only where a person's own record changed; a corrected district of an arrest counts.
"""

from django.db import migrations, models

# Millions of rows go in quicker without indexes, and several workers that fill a primary key at one time wait for each other.
# Only an owner may make indexes and ANALYZE; the functions can do nothing else. PostgreSQL 15 has no privilege for it.
# The statistics target: means of a few columns are enough.
INDEXES = {
    "metrics_link_pkey": "CREATE UNIQUE INDEX metrics_link_pkey ON metrics_link (person_id)",
    "link_key": "CREATE INDEX link_key ON metrics_link (key)",
    "metrics_followup_pkey": "CREATE UNIQUE INDEX metrics_followup_pkey ON metrics_followup (enrolment_id)",
    "follow_up_key": "CREATE INDEX follow_up_key ON metrics_followup (key)",
}
CASES = " ".join(f"WHEN '{name}' THEN {statement};" for name, statement in INDEXES.items())
REBUILD = f"""
DROP FUNCTION metrics_link_is_filled();
DROP FUNCTION metrics_followup_is_filled();
CREATE OR REPLACE FUNCTION metrics_rebuild_begins() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  TRUNCATE metrics_link, metrics_followup;
  ALTER TABLE metrics_link DROP CONSTRAINT IF EXISTS metrics_link_pkey;
  ALTER TABLE metrics_followup DROP CONSTRAINT IF EXISTS metrics_followup_pkey;
  DROP INDEX IF EXISTS {", ".join(INDEXES)};
END $$;
CREATE FUNCTION metrics_rebuild_links() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET default_statistics_target = 20 AS $$
BEGIN ANALYZE metrics_link; END $$;
CREATE FUNCTION metrics_rebuild_index(which text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET maintenance_work_mem = '256MB' AS $$
BEGIN CASE which {CASES} END CASE; END $$;
CREATE FUNCTION metrics_rebuild_ends() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET default_statistics_target = 20 AS $$
BEGIN
  ALTER TABLE metrics_link ADD CONSTRAINT metrics_link_pkey PRIMARY KEY USING INDEX metrics_link_pkey;
  ALTER TABLE metrics_followup ADD CONSTRAINT metrics_followup_pkey PRIMARY KEY USING INDEX metrics_followup_pkey;
  ANALYZE metrics_followup;
END $$;
"""
FUNCTIONS = "metrics_rebuild_links(), metrics_rebuild_index(text), metrics_rebuild_ends()"
REBUILD += f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO portal_worker;"


def changed(who: str, columns: str) -> str:
    """Whom a statement that changed rows concerns: those whose columns changed, as they were and as they are."""
    old, new = (", ".join(f"{rows}.{column}" for column in columns.split(", ")) for rows in "on")
    where = f"FROM old_rows o JOIN new_rows n USING (id) WHERE ({old}) IS DISTINCT FROM ({new})"
    return f"SELECT {who} FROM (SELECT o.* {where} UNION ALL SELECT n.* {where}) AS changed"


# The follow-up keeps the district of the newest arrest before the start: one that is corrected touches its person too.
ARREST = "person_id, arrested_on, district_id, is_drug, offence_group, last_offence_on, last_drug_offence_on"
PERSON = "code_pseudonym, name_pseudonym, sex, birth_year, district_id, died_on"
PERSON_OF = "person_id, ''"
WHO = "id, name_pseudonym, true"
NOTES = {
    "arrest_update": f"(person_id, name_pseudonym) {changed(PERSON_OF, ARREST)}",
    "person_insert": f"(person_id, name_pseudonym, relinks) SELECT {WHO} FROM new_rows",
    "person_update": f"(person_id, name_pseudonym, relinks) {changed(WHO, PERSON)}",
    "person_delete": f"(person_id, name_pseudonym, relinks) SELECT {WHO} FROM old_rows",
}
TOUCH = "".join(
    f"CREATE OR REPLACE FUNCTION metrics_touch_cases_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
    f" BEGIN INSERT INTO metrics_touched {note}; RETURN NULL; END $$;\n"
    for name, note in NOTES.items()
)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0007_results_isolation")]
    operations = [
        migrations.AddField("link", "district_id", models.BigIntegerField(null=True)),
        migrations.AddField("link", "sex", models.CharField(default="", max_length=10), preserve_default=False),
        migrations.AddField("link", "birth_year", models.SmallIntegerField(null=True)),
        migrations.AddField("link", "died_on", models.DateField(null=True)),
        migrations.AddField("touched", "relinks", models.BooleanField(db_default=False)),
        migrations.RunSQL(REBUILD),
        migrations.RunSQL(TOUCH),
        # The next refresh is a rebuild.
        migrations.RunSQL("INSERT INTO metrics_touched (person_id, name_pseudonym) VALUES (0, '')"),
    ]
