"""Keys: with others than the database was written with nothing starts, and it says which key it is."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from partnership.isolation import key_check
from partnership.isolation.key_check import WrongKeys
from tests.processes import TOP
from tests.services import process_environment
from tests.world import database_role

NAMES = ["FIELD_KEYS", "INDEX_KEY", "PSEUDONYM_KEY"]


def other(name: str) -> object:
    return [Fernet.generate_key().decode()] if name == "FIELD_KEYS" else "another " * 8


@pytest.mark.parametrize("name", NAMES)
def test_another_key_is_refused_by_its_name(db, settings, name):
    assert key_check.check()
    setattr(settings, name, other(name))
    with pytest.raises(WrongKeys, match=f"^{name} is not"):
        key_check.check()


def test_a_new_key_before_the_old_one_is_none(db, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert key_check.check()


def test_once_everything_is_under_the_new_key_the_old_one_can_go(db, settings):
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_keys", stdout=StringIO())
    settings.FIELD_KEYS = [new]
    assert key_check.check()


def test_another_index_key_is_taken_after_the_indexes_were_computed_anew(db, settings):
    settings.INDEX_KEY = "another " * 8
    call_command("rotate_keys", stdout=StringIO())
    with pytest.raises(WrongKeys):
        key_check.check()
    call_command("rotate_keys", indexes=True, stdout=StringIO())
    assert key_check.check()


def test_migrate_does_not_make_wrong_keys_right(db, settings):
    settings.PSEUDONYM_KEY = "another " * 8
    key_check.store()
    with pytest.raises(WrongKeys):
        key_check.check()


@pytest.mark.parametrize("role", ["web", "worker", "linker"])
def test_no_process_can_change_what_is_checked(db, role):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        database_role(role),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE portal_key_check SET value = ''")


@pytest.mark.parametrize(
    ("role", "command"),
    [
        ("web", ["-c", "import partnership.project.wsgi"]),
        ("worker", ["-m", "celery", "-A", "partnership", "worker", "--pool", "solo"]),
        ("worker", ["-m", "celery", "-A", "partnership", "beat", "--schedule", "{folder}/schedule", "--pidfile="]),
        ("linker", ["manage.py", "link", "--watch"]),
    ],
    ids=["web", "worker", "scheduler", "linker"],
)
def test_no_process_starts_with_a_wrong_key(db, tmp_path, role, command):
    environment = process_environment(role, connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *[part.format(folder=tmp_path) for part in command]],
        cwd=TOP,
        env=environment | {"FIELD_KEYS": Fernet.generate_key().decode()},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode != 0
    assert "FIELD_KEYS is not what this database was written with" in done.stderr + done.stdout
