"""Triggers note whose data changed, in the transaction of the change; the worker alone reads notes, links and follow-up."""

from django.db import migrations

from partnership.isolation import policies as rls

# table → (which people a changed row concerns, the columns that matter)
WATCHED = {
    "cases_person": ("id, name_pseudonym", "code_pseudonym, name_pseudonym, sex, birth_year, district_id, died_on"),
    "cases_enrolment": (
        "person_id, ''",
        "person_id, programme_id, started_on, ended_on, end_reason, measurement_consent, primary_drug, referral_kind",
    ),
    "cases_arrest": (
        "person_id, ''",
        "person_id, arrested_on, is_drug, offence_group, last_offence_on, last_drug_offence_on",
    ),
    # A referral concerns the enrolment that it led to, and so the receiver's person.
    "referrals_referral": ("receiver_person_id, ''", "receiver_person_id, enrolment_id, sent_at"),
}


def watch(table: str, who: str, columns: str) -> str:
    name = f"metrics_touch_{table}"
    note = f"INSERT INTO metrics_touched (person_id, name_pseudonym) SELECT {who} FROM"
    known = "WHERE receiver_person_id IS NOT NULL" if table == "referrals_referral" else ""
    changed = (
        f"(SELECT o.* FROM old_rows o JOIN new_rows n USING (id) WHERE ({of('o', columns)}) IS DISTINCT FROM ({of('n', columns)})"
        f" UNION ALL SELECT n.* FROM old_rows o JOIN new_rows n USING (id)"
        f" WHERE ({of('o', columns)}) IS DISTINCT FROM ({of('n', columns)})) AS changed"
    )
    return f"""
    CREATE FUNCTION {name}_insert() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} new_rows {known}; RETURN NULL; END $$;
    CREATE FUNCTION {name}_update() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} {changed} {known}; RETURN NULL; END $$;
    CREATE FUNCTION {name}_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {note} old_rows {known}; RETURN NULL; END $$;
    CREATE TRIGGER metrics_touch_insert AFTER INSERT ON {table}
      REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_insert();
    CREATE TRIGGER metrics_touch_update AFTER UPDATE ON {table}
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_update();
    CREATE TRIGGER metrics_touch_delete AFTER DELETE ON {table}
      REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}_delete();
    """


def unwatch(table: str) -> str:
    return "".join(
        f"DROP TRIGGER metrics_touch_{verb} ON {table}; DROP FUNCTION metrics_touch_{table}_{verb}();"
        for verb in ("insert", "update", "delete")
    )


def of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


# A rebuild fills these tables and then joins them: without fresh statistics the plan would be that of an empty table, and
# millions of rows go in quicker without indexes. Only an owner may ANALYZE and make indexes; the functions can do nothing else.
# The statistics target: means of a few columns are enough.
REBUILD = """
CREATE FUNCTION metrics_rebuild_begins() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  TRUNCATE metrics_link, metrics_followup;
  DROP INDEX IF EXISTS link_key, follow_up_key;
END $$;
CREATE FUNCTION metrics_link_is_filled() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET default_statistics_target = 20 SET maintenance_work_mem = '256MB' AS $$
BEGIN CREATE INDEX link_key ON metrics_link (key); ANALYZE metrics_link; END $$;
CREATE FUNCTION metrics_followup_is_filled() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET default_statistics_target = 20 SET maintenance_work_mem = '256MB' AS $$
BEGIN CREATE INDEX follow_up_key ON metrics_followup (key); ANALYZE metrics_followup; END $$;
"""
FUNCTIONS = "metrics_rebuild_begins(), metrics_link_is_filled(), metrics_followup_is_filled()"
REBUILD += f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO portal_worker;"


class Migration(migrations.Migration):
    dependencies = [("metrics", "0004_follow_up"), ("cases", "0005_overdose_counts"), ("referrals", "0002_isolation")]
    operations = [
        *[rls.no_grant(f"metrics_{table}", "web") for table in ("link", "followup")],
        rls.no_grant("metrics_touched", "web", "SELECT, UPDATE, DELETE, TRUNCATE"),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON metrics_link, metrics_followup, metrics_touched TO portal_worker",
            migrations.RunSQL.noop,
        ),
        # Derived rows, written by the million: no log of them is kept, and a crash of the database empties them, which
        # follow_up.refresh() sees and mends.
        migrations.RunSQL("ALTER TABLE metrics_link SET UNLOGGED; ALTER TABLE metrics_followup SET UNLOGGED", migrations.RunSQL.noop),
        *[migrations.RunSQL(watch(table, *what), unwatch(table)) for table, what in WATCHED.items()],
        migrations.RunSQL(REBUILD, f"DROP FUNCTION {FUNCTIONS}"),
        # Whoever is there already.
        migrations.RunSQL(
            "INSERT INTO metrics_touched (person_id, name_pseudonym) SELECT id, name_pseudonym FROM cases_person",
            migrations.RunSQL.noop,
        ),
    ]
