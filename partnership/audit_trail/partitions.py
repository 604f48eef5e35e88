"""The log of reads and the history of changes in monthly partitions: they only grow, and whole months of them go at once.

`portal_keep_partitions()` makes months ahead and drops those past their time; a job asks for it each night, and `migrate` does. It runs
as the owner of the tables and takes no arguments: how long lines are kept (LOG_KEEP_YEARS) the owner writes down (`store`). A line whose
month has no partition is kept in the one by default, and moved when its month is made.

Nobody but the owner has a privilege on a partition: whoever reads or writes does so through the table, whose policies hold.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection

from partnership.isolation.policies import Grant, Policy

TABLES = ("partnership_readlog", "partnership_recordchange", "partnership_recordchangecontent")
AHEAD = 3
"""Months after the current one that have their partition already."""

FUNCTION = f"""
-- `since`: the first month with a partition of its own; what is older lies in NAME_before. `keep_months`: NULL is for ever.
CREATE TABLE portal_partitioned (name text PRIMARY KEY, since timestamp NOT NULL, keep_months integer);
REVOKE ALL ON portal_partitioned FROM PUBLIC;

CREATE FUNCTION portal_keep_partitions() RETURNS TABLE (made integer, dropped integer) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  known record; part record; month timestamp; oldest timestamp; partition_name text;
BEGIN
  made := 0; dropped := 0;
  FOR known IN SELECT name, since, keep_months FROM public.portal_partitioned ORDER BY name LOOP
    FOR ahead IN 0..{AHEAD} LOOP
      month := this_month + make_interval(months => ahead);
      partition_name := known.name || to_char(month, '_YYYY_MM');
      CONTINUE WHEN month < known.since OR to_regclass('public.' || quote_ident(partition_name)) IS NOT NULL;
      EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name, known.name);
      EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition_name);
      EXECUTE format(
        'WITH moved AS (DELETE FROM public.%I WHERE at >= %L AND at < %L RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
        known.name || '_default', month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC', partition_name);
      EXECUTE format(
        'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        known.name, partition_name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      made := made + 1;
    END LOOP;
    CONTINUE WHEN known.keep_months IS NULL;
    oldest := this_month - make_interval(months => known.keep_months);
    FOR part IN
      SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = ('public.' || quote_ident(known.name))::regclass
    LOOP
      IF part.until <= oldest AT TIME ZONE 'UTC' THEN
        EXECUTE format('DROP TABLE public.%I', part.relname);
        dropped := dropped + 1;
      ELSIF part.until IS NULL OR part.relname = known.name || '_before' THEN
        EXECUTE format('DELETE FROM public.%I WHERE at < %L', part.relname, oldest AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
  END LOOP;
  RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION portal_keep_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal_keep_partitions() TO portal_worker;
"""  # noqa: S608 — texts of this module


def keep() -> tuple[int, int]:
    """Makes the months ahead and drops what is past its time; returns how many partitions were made and dropped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT made, dropped FROM portal_keep_partitions()")
        new_months, dropped = cursor.fetchone()
    return new_months, dropped


def store() -> None:
    """As owner of the tables, after each `migrate`: how long lines are kept; then `keep`. Does nothing before the tables are partitioned."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('portal_partitioned')")
        if cursor.fetchone()[0] is None:
            return
        cursor.execute("UPDATE portal_partitioned SET keep_months = %s", [round(settings.LOG_KEEP_YEARS * 12)])
    keep()


def convert(model: Any, schema_editor: Any) -> None:
    """Makes a model's table one of monthly partitions by `at`. What it holds stays where it is, in the partition NAME_before.

    Indexes, foreign keys, and the model's grants and policies go over to the new table. The primary key gets `at` beside it, as
    PostgreSQL wants it: so no foreign key may point to the table any more.
    """
    table = model._meta.db_table
    before, key = f"{table}_before", model._meta.pk.column

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(sql, [table])
            return list(cursor.fetchall())

    run = schema_editor.execute
    indexes = rows(
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary"
    )
    foreign_keys = rows(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
    )
    policies = rows("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = %s")
    (has_identity,) = rows("SELECT bool_or(attidentity <> '') FROM pg_attribute WHERE attrelid = %s::regclass")[0]

    run("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait for the end of the transaction
    run(f"ALTER TABLE {table} RENAME TO {before}")
    run(f"ALTER TABLE {before} DROP CONSTRAINT {table}_pkey")
    for name, _definition in indexes:
        run(f'ALTER INDEX "{name}" RENAME TO "{name[:56]}_before"')
    for (name,) in policies:
        run(f"DROP POLICY {name} ON {before}")
    run(f"REVOKE ALL ON {before} FROM portal_web, portal_worker, portal_linker, portal_person")
    run(
        f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY) PARTITION BY RANGE (at)"
    )
    if has_identity:
        run(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'),"
            f" nextval(pg_get_serial_sequence('{before}', '{key}')), false)"
        )
        run(f"ALTER TABLE {before} ALTER {key} DROP IDENTITY")
    run(f"ALTER TABLE {table} ADD PRIMARY KEY ({key}, at)")
    for name, definition in foreign_keys:
        run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _name, definition in indexes:
        run(definition)
    for rule in model._meta.constraints:
        if isinstance(rule, (Grant, Policy)):
            run(rule.create_sql(model, schema_editor))
    run(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    run(f"ALTER TABLE {table}_default ENABLE ROW LEVEL SECURITY")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {before})")  # noqa: S608 — the model's name
        holds_lines = cursor.fetchone()[0]
    month = "date_trunc('month', now() AT TIME ZONE 'UTC')"
    if holds_lines:
        month += " + interval '1 month'"
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT ({month}) AT TIME ZONE 'UTC'")
            until = cursor.fetchone()[0]
        run(f"ALTER TABLE {table} ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ('{until}')")
    else:
        run(f"DROP TABLE {before}")
    run(f"INSERT INTO portal_partitioned (name, since) SELECT '{table}', {month}")
