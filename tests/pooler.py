"""A real PgBouncer in transaction mode before the PostgreSQL of the tests."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from partnership.isolation import database_roles
from tests import processes

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pooler(host: str, of_database: int, password: str, *, sessions: int) -> Iterator[int]:
    """A PgBouncer that shares so many sessions of the database, which listens there, among all who come as one role; its port on
    this host."""
    port = processes.free_port()
    with tempfile.TemporaryDirectory() as folder:
        known, configuration = Path(folder, "users.txt"), Path(folder, "pgbouncer.ini")
        known.write_text("".join(f'"{role}" "{password}"\n' for role in database_roles.ROLES))
        configuration.write_text(
            f"[databases]\n* = host={host} port={of_database}\n"
            f"[pgbouncer]\npool_mode = transaction\ndefault_pool_size = {sessions}\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {known}\n"
        )
        os.chmod(folder, 0o755)  # noqa: S103 — nothing in it is a secret
        command = [str(PROGRAM), str(configuration)]
        if os.getuid() == 0:  # which it refuses to run as; who runs the server can open its socket
            command += ["--user", Path(host).owner() if host.startswith("/") else "nobody"]
        process = processes.start(command, "pgbouncer")
        try:
            processes.until(lambda: _listens(port), process)
            yield port
        finally:
            processes.stop(process)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
