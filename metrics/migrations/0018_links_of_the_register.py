"""A link between two records of one register, made or undone, touches both: the follow-up takes them for one human being."""

from django.db import migrations

COLUMNS = "code_index, birth_index, sex, birth_year, district_id, died_on"
LINKED_BY = "first_names, last_name, born_on, identity_code, sex, code_pseudonym, birth_pseudonym"


def changed(columns: str) -> str:
    """The old and the new rows that differ in these columns."""
    old, new = (", ".join(f"{rows}.{column}" for column in columns.split(", ")) for rows in "on")
    where = f"FROM old_rows o JOIN new_rows n USING (id) WHERE ({old}) IS DISTINCT FROM ({new})"
    return f"(SELECT o.* {where} UNION ALL SELECT n.* {where}) AS changed"


def watch(columns: str) -> str:
    """As 0010 made it."""
    return (
        "CREATE OR REPLACE FUNCTION metrics_touch_cases_person_update() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN INSERT INTO metrics_touched (person_id, relinks) SELECT id, true FROM {changed(columns)};"
        f" INSERT INTO metrics_unlinked (person_id) SELECT DISTINCT id FROM {changed(LINKED_BY)}; RETURN NULL; END $$;"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0017_linked_records_and_counted_places"),
        ("metrics", "0017_three_rates_beside_each_rate"),
    ]

    operations = [migrations.RunSQL(watch(f"{COLUMNS}, same_as_id"), watch(COLUMNS))]
