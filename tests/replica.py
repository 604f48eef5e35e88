"""A PostgreSQL with a streaming replica, both made by pg_basebackup from another one, which they leave alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from partnership.local import embedded
from tests import processes

SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "shared_buffers": "128MB",
    "wal_level": "replica", "archive_mode": "off",
}  # fmt: skip


@dataclass
class Server:
    """A PostgreSQL on this host. `admin`: its superuser's way in."""

    port: int
    process: processes.Process
    admin: str

    def ask(self, sql: str) -> Any:
        """Its superuser's question, with one answer."""
        session = psycopg2.connect(self.admin)
        try:
            with session, session.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            session.close()

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == 1
        except psycopg2.OperationalError:
            return False

    def stop(self) -> None:
        """At once, as when its machine goes away."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGQUIT)
        self.process.popen.wait(timeout=processes.PATIENCE)


class Pair(NamedTuple):
    """A primary and the replica that follows it."""

    primary: Server
    replica: Server

    def pause(self) -> None:
        """From now on the replica replays nothing."""
        self.replica.ask("SELECT pg_wal_replay_pause()::text")
        paused = "SELECT pg_get_wal_replay_pause_state() = 'paused'"
        processes.until(lambda: self.replica.ask(paused), self.replica.process)

    def go_on(self) -> None:
        self.replica.ask("SELECT pg_wal_replay_resume()::text")

    def catch_up(self) -> None:
        """Waits until the replica has replayed all that the primary has written so far."""
        written = self.primary.ask("SELECT pg_current_wal_insert_lsn()::text")
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"
        processes.until(lambda: self.replica.ask(replayed), self.primary.process, self.replica.process)


def _programs(major: int) -> Path:
    """Where this version of PostgreSQL has its programs."""
    for folder in (*embedded.programs(), Path(f"/usr/lib/postgresql/{major}/bin")):
        program = folder / "pg_basebackup"
        if program.exists():
            text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
            if f" {major}" in text:
                return folder
    raise AssertionError(f"no programs of PostgreSQL {major}")


@contextmanager
def _copy(admin: str, user: str | None, *, follows: bool) -> Iterator[Server]:
    """A copy of a server as it is now, which goes its own way or follows it."""
    session = psycopg2.connect(admin)
    programs = _programs(session.server_version // 10_000)
    session.close()
    folder, port = Path(tempfile.mkdtemp(prefix="postgres-")), processes.free_port()
    if user:
        shutil.chown(folder, user)
    folder.chmod(0o700)
    try:
        command: list[Any] = [
            programs / "pg_basebackup",
            "--pgdata",
            folder,
            "--dbname",
            admin,
            "--checkpoint",
            "fast",
            "--no-sync",
        ]
        command += ["--write-recovery-conf"] if follows else []
        subprocess.run(command, user=user, check=True, cwd=folder, stderr=subprocess.DEVNULL)
        options = [word for name, value in (SETTINGS | {"port": port}).items() for word in ("-c", f"{name}={value}")]
        process = processes.start([str(programs / "postgres"), "-D", str(folder), *options], "postgres", user=user)
        copy = Server(port, process, make_dsn(**parse_dsn(admin) | {"host": "127.0.0.1", "port": port}))
        try:
            processes.until(copy.answers, process)
            yield copy
        finally:
            copy.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def with_replica(admin: str) -> Iterator[Pair]:
    """A copy of the server whose superuser comes in by `admin`, and its replica, while this lasts.

    The server itself is left alone: while others write there in transactions of many parts, as tests do, no replica of it could be read.
    """
    host = parse_dsn(admin)["host"]
    # PostgreSQL refuses to run as root: whoever runs that server runs these, too.
    user = (Path(host).owner() if host.startswith("/") else "nobody") if os.getuid() == 0 else None
    with _copy(admin, user, follows=False) as primary, _copy(primary.admin, user, follows=True) as replica:
        yield Pair(primary, replica)
