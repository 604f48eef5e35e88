"""A backup holds everything, opens for one key alone, and is proven by restoring it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2.extensions import make_dsn, parse_dsn

from cases.people.models import Person
from partnership.isolation import context, key_check
from partnership.project import age, backup, doctor
from tests.world import World, on_web

IDENTITY = age.new_identity()
RECIPIENT = age.recipient_of(IDENTITY)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world_and_person() -> tuple[World, Person]:
    world = World()
    world.sent()
    return world, world.person(world.ngo, first_names="Aino", last_name="Virtanen")


@contextmanager
def empty_database() -> Iterator[str]:
    """Where to find it."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield make_dsn(**parse_dsn(backup.of_the_portal()) | {"dbname": name})
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def connected_to(dsn: str) -> Iterator[None]:
    """As if the portal's DATABASE_URL named it."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = parse_dsn(dsn)["dbname"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def test_a_portal_that_is_restored_works_as_before(world_and_person, tmp_path):
    world, person = world_and_person
    path, written = backup.write(tmp_path, [RECIPIENT])
    assert written.tables["cases_person"][0] == Person.objects.count() > 1
    with empty_database() as dsn:
        manifest, differences = backup.restore(path, IDENTITY, dsn)
        assert (manifest, differences) == (written, [])
        with connected_to(dsn):
            assert key_check.check()
            assert not list(doctor.LOOKS["migrations"]())
            context.store_key()
            with on_web(world.case_manager):
                restored = Person.objects.get(pk=person.pk)
                assert (restored.first_names, restored.last_name) == ("Aino", "Virtanen")
            # The rules of the tables came with them: the other NGO sees nobody of this one.
            with on_web(world.other_caseworker):
                assert not Person.objects.filter(pk=person.pk).exists()


def test_nothing_can_be_read_in_the_file_and_nobody_else_may_open_it(world_and_person, tmp_path):
    path, _manifest = backup.write(tmp_path, [RECIPIENT])
    content = path.read_bytes()
    assert content.startswith(age.INTRO)
    for word in (b"cases_person", b"PGDMP", b"Virtanen"):
        assert word not in content
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(age.WrongKey), empty_database() as dsn:
        backup.restore(path, age.new_identity(), dsn)


def test_a_drill_restores_into_a_server_of_its_own_and_leaves_nothing(world_and_person, tmp_path, settings):
    path, _manifest = backup.write(tmp_path, [RECIPIENT])
    (tmp_path / "key").write_text(f"# created: today\n{IDENTITY}\n")
    out = StringIO()
    call_command("restore", str(path), "--identity", str(tmp_path / "key"), "--drill", stdout=out)
    assert re.search(r"^\d+ tables, [\d,]+ rows, .*: each table is the same\.", out.getvalue())
    assert not list(settings.VAR.glob("drill-*"))


def rewritten(path: Path, change: dict[str, tuple[int, str]]) -> Path:
    """The same backup with another manifest."""
    with path.open("rb") as file:
        pieces: list[bytes] = []
        age.decrypt(file, IDENTITY, pieces.append)
    line, _end, dump = b"".join(pieces).partition(b"\n")
    values = json.loads(line)
    values["tables"] |= change
    target = path.with_name("changed.age")
    with target.open("wb") as file:
        age.encrypt([json.dumps(values).encode() + b"\n", dump], file, [RECIPIENT])
    return target


def test_rows_that_are_missing_or_others_are_named(world_and_person, tmp_path):
    path, manifest = backup.write(tmp_path, [RECIPIENT])
    count, total = manifest.tables["cases_person"]
    other = rewritten(path, {"cases_person": (count, f"{total}1"), "gone": (3, "7")})
    with empty_database() as dsn:
        _manifest, differences = backup.restore(other, IDENTITY, dsn)
    assert [difference.split(":")[0] for difference in differences] == ["cases_person", "gone"]


def test_a_backup_that_is_cut_off_restores_nothing(world_and_person, tmp_path):
    path, _manifest = backup.write(tmp_path, [RECIPIENT])
    path.write_bytes(path.read_bytes()[:-1000])
    with empty_database() as dsn:
        with pytest.raises(age.Damaged):
            backup.restore(path, IDENTITY, dsn)
        with connected_to(dsn), connection.cursor() as cursor:
            assert connection.introspection.table_names(cursor) == []


@pytest.mark.parametrize("content", [b"", b"A diary", b"A diary\nof two lines", b'{"tables": 1}\n', b"{}\n"])
def test_another_file_for_the_same_key_is_no_backup(tmp_path, content):
    with (tmp_path / "diary.age").open("wb") as file:
        age.encrypt([content], file, [RECIPIENT])
    with empty_database() as dsn, pytest.raises(age.Damaged, match="no backup of a portal"):
        backup.restore(tmp_path / "diary.age", IDENTITY, dsn)


def test_no_database_that_holds_something_is_overwritten(world_and_person, tmp_path):
    path, _manifest = backup.write(tmp_path, [RECIPIENT])
    with pytest.raises(backup.BackupFailed, match="Restore into an empty one"):
        backup.restore(path, IDENTITY, backup.of_the_portal())


def test_who_does_not_see_every_row_makes_no_backup(tmp_path):
    usual = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "portal_worker"
    try:
        with pytest.raises(backup.BackupFailed, match="as portal_owner"):
            backup.write(tmp_path, [RECIPIENT])
    finally:
        connection.close()
        connection.settings_dict["USER"] = usual
    assert not list(tmp_path.iterdir())


def test_without_a_key_none_is_made_and_nothing_half_made_stays(tmp_path, settings):
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path, []
    with pytest.raises(CommandError, match="BACKUP_RECIPIENTS"):
        call_command("backup")
    settings.BACKUP_RECIPIENTS = ["age1mistyped"]
    with pytest.raises(CommandError, match="key"):
        call_command("backup")
    assert not list(tmp_path.iterdir())


def test_the_command_makes_a_key_and_a_backup(tmp_path, settings):
    out = StringIO()
    call_command("backup", "--new-key", stdout=out)
    recipient, _words, identity = out.getvalue().splitlines()
    assert recipient == f"BACKUP_RECIPIENTS={age.recipient_of(identity)}"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path, [recipient.partition("=")[2]]
    call_command("backup", stdout=out)
    (path,) = tmp_path.iterdir()
    assert f"{path}: " in out.getvalue()
    assert backup.newest(tmp_path)


def test_old_backups_go_but_never_the_newest(tmp_path):
    for day in ("20200101", "20200102", "20200103"):
        (tmp_path / f"portal-{day}T011500Z.age").touch()
    (tmp_path / "another file").touch()
    assert len(backup.forget_old(tmp_path, 30)) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another file", "portal-20200103T011500Z.age"]
    assert backup.forget_old(tmp_path / "empty", 30) == []


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-30 00:00", "2026-11-30 01:15"),
        ("2026-11-30 01:15", "2026-12-01 01:15"),
        ("2026-03-29 02:00", "2026-03-30 01:15"),
    ],
)
def test_a_backup_is_due_once_a_night(now, due):
    zone = ZoneInfo("Europe/Helsinki")
    moment = datetime.fromisoformat(now).replace(tzinfo=zone)
    assert backup.next_night(moment) == datetime.fromisoformat(due).replace(tzinfo=zone)
