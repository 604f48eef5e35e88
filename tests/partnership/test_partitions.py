"""The log of reads and the history of changes in monthly partitions: closed one by one, made ahead, dropped when their time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from partnership.audit_trail import partitions
from partnership.audit_trail.models import ReadLog, RecordChange, RecordChangeContent
from partnership.isolation.policies import Grant, Policy
from partnership.project.jobs import keep_partitions
from tests.partnership.test_catalogue import ROLES, declared_grants, grants, rows, run
from tests.world import database_role

MODELS = {
    "partnership_readlog": ReadLog,
    "partnership_recordchange": RecordChange,
    "partnership_recordchangecontent": RecordChangeContent,
}

RULES = [rule for rule in ReadLog._meta.constraints if isinstance(rule, (Grant, Policy))]


def month(ahead: int) -> datetime:
    """The first moment of a month, so many after this one."""
    now = timezone.now().astimezone(UTC)
    number = now.year * 12 + now.month - 1 + ahead
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def name_of(table: str, ahead: int) -> str:
    return f"{table}_{month(ahead):%Y_%m}"


def partitions_of(table: str) -> set[str]:
    return {
        name
        for (name,) in rows(f"SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{table}'::regclass")
    }


def line(world, at: datetime) -> ReadLog:
    log = ReadLog.objects.create(
        partner=world.ngo, user=world.caseworker.user, at=at, what="person", object_id=1, purpose="casework"
    )
    run("SET CONSTRAINTS ALL IMMEDIATE")  # as when the line's transaction has ended
    return log


def lies_in(log: ReadLog) -> str:
    ((name,),) = rows(f"SELECT tableoid::regclass::text FROM partnership_readlog WHERE id = {log.pk}")
    return name


@pytest.mark.django_db
class TestEveryPartition:
    def test_the_tables_are_those_whose_lines_only_grow(self):
        partitioned = rows("SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace")
        assert {name for (name,) in partitioned} == set(partitions.TABLES) == set(MODELS)

    @pytest.mark.parametrize("role", ROLES)
    def test_is_read_and_written_through_its_table_alone(self, role):
        """The table's policies hold for who asks the table; a partition by itself is closed."""
        names = [name for table in partitions.TABLES for name in partitions_of(table)]
        assert len(names) == 3 * (partitions.AHEAD + 2)
        for name in names:
            ((is_open,),) = rows(
                f"SELECT has_any_column_privilege('{role}', '{name}', 'SELECT, INSERT, UPDATE, REFERENCES')"
                f" OR has_table_privilege('{role}', '{name}', 'DELETE, TRUNCATE, TRIGGER')"
            )
            assert not is_open, name
            assert rows(f"SELECT relrowsecurity FROM pg_class WHERE relname = '{name}'") == [(True,)], name
            assert rows(f"SELECT FROM pg_policies WHERE tablename = '{name}'") == []

    @pytest.mark.parametrize("table", partitions.TABLES)
    def test_has_the_indexes_and_foreign_keys_of_its_table(self, table):
        number = "SELECT count(*) FROM pg_index WHERE indrelid = '{0}'::regclass"
        keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = '{0}'::regclass"
        for name in partitions_of(table):
            assert rows(number.format(name)) == rows(number.format(table)), name
            assert rows(keys.format(name)) == rows(keys.format(table)), name

    def test_no_process_makes_or_drops_one_but_through_the_function(self):
        for role, may in (
            ("portal_worker", True),
            ("portal_web", False),
            ("portal_linker", False),
            ("portal_person", False),
        ):
            assert rows(f"SELECT has_function_privilege('{role}', 'portal_keep_partitions()', 'EXECUTE')") == [(may,)]
        with pytest.raises(ProgrammingError, match="permission denied"), database_role("worker"):
            run("UPDATE portal_partitioned SET keep_months = 0")


class TestKeepingThem:
    def test_a_line_lies_in_the_partition_of_its_month(self, world):
        assert lies_in(line(world, timezone.now())) == name_of("partnership_readlog", 0)
        assert lies_in(line(world, month(2))) == name_of("partnership_readlog", 2)

    def test_the_worker_makes_those_that_are_missing_and_moves_what_waited_for_them(self, world):
        missing = name_of("partnership_readlog", 1)
        run(f"DROP TABLE {missing}")
        waiting = line(world, month(1) + timedelta(days=3))
        assert lies_in(waiting) == "partnership_readlog_default"
        with database_role("worker"):
            keep_partitions()
        assert lies_in(waiting) == missing
        with database_role("worker"):
            assert partitions.keep() == (0, 0)

    def test_months_past_their_time_are_dropped_and_no_line_stays(self, world):
        run("UPDATE portal_partitioned SET keep_months = 1")
        for months in (2, 1):
            name, first, until = name_of("partnership_readlog", -months), month(-months), month(1 - months)
            run(f"CREATE TABLE {name} PARTITION OF partnership_readlog FOR VALUES FROM ('{first}') TO ('{until}')")
        lines = {months: line(world, month(-months) + timedelta(days=1)) for months in (0, 1, 2, 30)}
        assert lies_in(lines[30]) == "partnership_readlog_default"
        with database_role("worker"):
            assert partitions.keep() == (0, 1)
        assert set(ReadLog.objects.values_list("pk", flat=True)) == {lines[0].pk, lines[1].pk}
        assert name_of("partnership_readlog", -2) not in partitions_of("partnership_readlog")

    def test_the_owner_says_for_how_long(self, world, settings):
        settings.LOG_KEEP_YEARS = 0.5
        partitions.store()
        assert set(rows("SELECT keep_months FROM portal_partitioned")) == {(6,)}
        settings.LOG_KEEP_YEARS = 12
        partitions.store()

    def test_what_changed_lies_beside_that_it_changed(self, world):
        world.person(world.ngo)
        change = RecordChange.objects.select_related("content").filter(record="person").get()
        assert change.content.at <= change.at
        assert change.content.after["last_name"]
        ((of_change, of_content),) = rows(
            "SELECT h.tableoid::regclass::text, c.tableoid::regclass::text FROM partnership_recordchange h"
            f" JOIN partnership_recordchangecontent c ON c.change_id = h.id WHERE h.id = {change.pk}"
        )
        assert (of_change, of_content) == (
            name_of("partnership_recordchange", 0),
            name_of("partnership_recordchangecontent", 0),
        )


class TestAnInstallationWithData:
    """Its log of reads is a plain table with lines of years."""

    @pytest.fixture
    def plain(self, world) -> dict[str, ReadLog]:
        table = ReadLog._meta.db_table
        lines = {"old": line(world, month(-30)), "new": line(world, timezone.now())}
        run(
            f"CREATE TABLE plain (LIKE {table} INCLUDING ALL); ALTER TABLE plain DROP CONSTRAINT plain_pkey, ADD PRIMARY KEY (id);"
            f" INSERT INTO plain SELECT * FROM {table}; SELECT setval('plain_id_seq', {lines['new'].pk});"
            f" DROP TABLE {table}; ALTER TABLE plain RENAME TO {table}; ALTER INDEX plain_pkey RENAME TO {table}_pkey;"
            f" ALTER TABLE {table} ADD FOREIGN KEY (user_id) REFERENCES partnership_user DEFERRABLE INITIALLY DEFERRED;"
            f" DELETE FROM portal_partitioned WHERE name = '{table}'"
        )
        for rule in RULES:
            run(rule.create_sql(ReadLog, None))
        return lines

    def test_keeps_its_lines_where_they_are_and_gets_the_same_rules(self, world, plain):
        with connection.schema_editor() as editor:
            partitions.convert(ReadLog, editor)
        with database_role("worker"):
            keep_partitions()
        assert {log.pk for log in ReadLog.objects.all()} == {log.pk for log in plain.values()}
        before = "partnership_readlog_before"
        assert {lies_in(log) for log in plain.values()} == {before}
        assert lies_in(line(world, timezone.now())) == before
        assert lies_in(line(world, month(1))) == name_of("partnership_readlog", 1)
        assert len(set(ReadLog.objects.values_list("pk", flat=True))) == 4
        assert grants() == declared_grants()
        assert rows(f"SELECT FROM pg_policies WHERE tablename = '{before}'") == []
        ((number,),) = rows("SELECT count(*) FROM pg_policies WHERE tablename = 'partnership_readlog'")
        assert number == sum(isinstance(rule, Policy) for rule in RULES)
        ((keys,),) = rows(f"SELECT count(*) FROM pg_constraint WHERE conrelid = '{before}'::regclass AND contype = 'f'")
        assert keys == 1

    def test_what_is_past_its_time_goes_from_the_first_partition_too(self, world, plain):
        with connection.schema_editor() as editor:
            partitions.convert(ReadLog, editor)
        run("UPDATE portal_partitioned SET keep_months = 24")
        with database_role("worker"):
            keep_partitions()
        assert ReadLog.objects.get().pk == plain["new"].pk
