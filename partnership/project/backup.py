"""Backups: the whole database in one encrypted file, which says itself what must be in it.

The file is one of age (`partnership/project/age.py`). In it is a line of JSON, the manifest, and after it what `pg_dump --format=custom`
wrote. The manifest has the number of rows and a hash of each table, taken in the same snapshot as the dump: a restore compares
what is there with it. What the follow-up can compute anew (unlogged tables) is left out.

The keys of the portal (FIELD_KEYS and the others) are in no backup.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from psycopg2.extensions import make_dsn, parse_dsn

from partnership.isolation import database_roles
from partnership.local import embedded
from partnership.project import age

PIECE = 1024 * 1024
ENDING = ".age"
MADE_KEY = "backup:made"
"""Where /metrics reads when the last backup was made."""
AT = (1, 15)
"""Hour and minute of the nightly backup, Helsinki time: before the night's figures."""
NO_BACKUP = "This is a file of age, but no backup of a portal."


class BackupFailed(Exception):
    """The backup could not be made, or not be restored. The message says what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `dumped_with`: the version of pg_dump. `tables`: of each the number of its rows, and the sum of their hashes, which knows no order."""

    version: str
    made_at: str
    dumped_with: int
    tables: dict[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(count for count, _hash in self.tables.values())


def of_the_portal() -> str:
    """Where Django's connection leads to, as libpq writes it."""
    parameters = connection.get_connection_params()
    return str(make_dsn(**{name: value for name, value in parameters.items() if isinstance(value, (str, int))}))


def write(folder: Path, recipients: list[str]) -> tuple[Path, Manifest]:
    """Writes a backup of the portal's database into the folder. Whoever calls is the owner of the tables. Raises BackupFailed."""
    if not recipients:
        raise BackupFailed(
            "Set BACKUP_RECIPIENTS to the public key for which backups are encrypted (manage.py backup --new-key)."
        )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"portal-{timezone.now():%Y%m%dT%H%M%SZ}{ENDING}"
    unfinished = target.with_suffix(".unfinished")
    dsn = of_the_portal()
    session = psycopg2.connect(dsn)
    try:
        session.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with session.cursor() as cursor:
            cursor.execute("SELECT current_user, pg_export_snapshot()")
            user, snapshot = cursor.fetchone()
            if user != "portal_owner":
                raise BackupFailed(f"{user} does not see every row: make backups as portal_owner.")
            program, version = _program("pg_dump", session.server_version // 10_000)
            manifest = Manifest(settings.VERSION, timezone.now().isoformat(), version, _tables(cursor))
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            head = json.dumps(asdict(manifest)).encode() + b"\n"
            command = [program, "--format=custom", "--no-unlogged-table-data", f"--snapshot={snapshot}"]
            age.encrypt(itertools.chain([head], _output(command, dsn)), file, recipients)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
        cache.set(MADE_KEY, time.time(), timeout=30 * 24 * 3600)
    finally:
        session.close()
        unfinished.unlink(missing_ok=True)
    return target, manifest


def copy_away(path: Path) -> None:
    """Puts a copy of a backup into the object store, where FILES_URL names one. What is old there its own rules delete: the portal can't."""
    if "files" in storages.backends:
        with path.open("rb") as file:
            storages["files"].save(f"backups/{path.name}", File(file))


def restore(path: Path, identity: str, dsn: str) -> tuple[Manifest, list[str]]:
    """Restores a backup into an empty database, as the owner of its tables, all of it or nothing; returns in what it differs from
    the manifest. Raises BackupFailed, and what `age.decrypt` raises."""
    session = psycopg2.connect(dsn)
    try:
        with session, session.cursor() as cursor:
            if tables := _tables(cursor):
                raise BackupFailed(
                    f"The database holds {len(tables)} tables. Restore into an empty one: drop this one, or rename it, then run"
                    " partnership.isolation.database_roles."
                )
        with path.open("rb") as file:
            manifest = _Restoring(dsn, session.server_version // 10_000).read(file, identity)
        with session, session.cursor() as cursor:
            tables = _tables(cursor)
    finally:
        session.close()
    return manifest, [
        f"{name}: {_told(manifest.tables.get(name))} in the backup, {_told(tables.get(name))} restored"
        for name in sorted(manifest.tables.keys() | tables.keys())
        if manifest.tables.get(name) != tables.get(name)
    ]


def drill(path: Path, identity: str) -> tuple[Manifest, list[str]]:
    """Restores a backup into a PostgreSQL of its own, which is gone afterwards. Raises as `restore` does."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=settings.VAR))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    try:
        embedded.start_postgres(folder, durable=False)
        try:
            admin = embedded.admin_url(folder)
            database_roles.create(admin, {})
            dsn = make_dsn(**parse_dsn(admin) | {"user": "portal_owner", "dbname": database_roles.DATABASE})
            return restore(path, identity, dsn)
        finally:
            embedded.stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget_old(folder: Path, keep_days: int) -> list[Path]:
    """Deletes backups older than so many days, but never the newest; returns those that went."""
    limit = f"portal-{timezone.now() - timedelta(days=keep_days):%Y%m%dT%H%M%SZ}"
    gone = [path for path in sorted(folder.glob(f"portal-*{ENDING}"))[:-1] if path.name < limit]
    for path in gone:
        path.unlink()
    return gone


def newest(folder: Path) -> datetime | None:
    """When the newest backup was made; None where there is none."""
    names = sorted(path.name for path in folder.glob(f"portal-*{ENDING}"))
    if not names:
        return None
    return datetime.strptime(names[-1], f"portal-%Y%m%dT%H%M%SZ{ENDING}").replace(tzinfo=ZoneInfo("UTC"))


def next_night(now: datetime) -> datetime:
    """When the next nightly backup is due."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    due = local.replace(hour=AT[0], minute=AT[1], second=0, microsecond=0)
    return due if due > local else due + timedelta(days=1)


# --- The database's own programs -----------------------------------------------------------------------------------------------


def _tables(cursor: Any) -> dict[str, tuple[int, str]]:
    """Of each table that survives a crash: the number of its rows and the sum of their hashes."""
    cursor.execute("SELECT set_config('TimeZone', 'UTC', false), set_config('statement_timeout', '0', false)")
    cursor.execute(
        "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relpersistence = 'p' ORDER BY relname"
    )
    tables = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM public.{name} AS t")  # noqa: S608
        tables[name] = cursor.fetchone()
    return tables


def _told(table: tuple[int, str] | None) -> str:
    return "no table" if table is None else f"{table[0]:,} rows (hash {table[1]})"


def _program(name: str, least: int) -> tuple[str, int]:
    """The program of PostgreSQL and its version, the oldest that is new enough: what a newer one writes, an older server may not
    understand. The machine's own, or one of the wheel. Raises BackupFailed."""
    paths = filter(None, (shutil.which(name, path=folder) for folder in (None, *map(str, embedded.programs()))))
    versions = sorted((version, path) for path in paths if (version := _major(path)) >= least)
    if not versions:
        raise BackupFailed(f"Install {name} of PostgreSQL {least} or newer, and see that it is in PATH.")
    version, path = versions[0]
    return path, version


def _major(path: str) -> int:
    """pg_dump (PostgreSQL) 16.14 (Debian 16.14-1) → 16."""
    text = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return int(text.split(") ")[1].split(".")[0])


def _without_password(dsn: str) -> str:
    """Other users of the machine see the arguments of a program."""
    return str(make_dsn(**{k: value for k, value in parse_dsn(dsn).items() if k not in {"password", "options"}}))


def _environment(dsn: str) -> dict[str, str]:
    password = parse_dsn(dsn).get("password")
    return os.environ | ({"PGPASSWORD": password} if password else {})


def _output(command: list[str], dsn: str) -> Iterator[bytes]:
    """What the program writes, a piece at a time. Raises BackupFailed with its words."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            [*command, _without_password(dsn)], stdout=subprocess.PIPE, stderr=errors, env=_environment(dsn)
        )
        assert process.stdout is not None  # noqa: S101
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            raise BackupFailed(f"{Path(command[0]).name} failed: {_last_words(errors)}")


class _Restoring:
    """Takes what is in a backup as it is decrypted: the manifest, then the dump, which pg_restore gets in one transaction."""

    def __init__(self, dsn: str, server_version: int) -> None:
        self.dsn, self.server_version = dsn, server_version
        self.head = b""
        self.manifest: Manifest | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def read(self, file: BinaryIO, identity: str) -> Manifest:
        """Restores it all or nothing. Raises BackupFailed with the words of pg_restore, and what `age.decrypt` raises."""
        with tempfile.TemporaryFile() as self.errors:
            try:
                age.decrypt(file, identity, self.write)
                if self.manifest is None or self.process is None or self.process.stdin is None:
                    raise age.Damaged(NO_BACKUP)
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # its words say why
            except BaseException:
                if self.process:
                    self.process.kill()  # what it has restored so far is rolled back
                    self.process.wait()
                raise
            if self.process and self.process.wait():
                raise BackupFailed(f"pg_restore failed: {_last_words(self.errors)}")
        assert self.manifest is not None  # noqa: S101
        return self.manifest

    def write(self, piece: bytes) -> None:
        """The next piece of the file."""
        if self.process is None:
            self.head += piece
            line, end, piece = self.head.partition(b"\n")
            if not end:
                return
            try:
                values = json.loads(line)
                values["tables"] = {name: (count, total) for name, (count, total) in values["tables"].items()}
                self.manifest = Manifest(**values)
            except (ValueError, TypeError, KeyError, AttributeError):
                raise age.Damaged(NO_BACKUP) from None
            self.process = self._start(max(self.server_version, self.manifest.dumped_with))
        assert self.process.stdin is not None  # noqa: S101
        self.process.stdin.write(piece)

    def _start(self, least: int) -> subprocess.Popen[bytes]:
        program, _version = _program("pg_restore", least)
        command = [program, "--exit-on-error", "--single-transaction", f"--dbname={_without_password(self.dsn)}"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=self.errors, env=_environment(self.dsn))  # noqa: S603


def _last_words(errors: Any) -> str:
    errors.seek(0)
    return str(errors.read()[-600:], "utf-8", "replace").strip()
