"""Real processes for end-to-end tests: a web server, a Celery worker, a scheduler, on a database of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


PATIENCE = 900
"""Seconds that only what hangs for good exceeds: a wait ends at once when what it waits for comes true or its process dies."""


@dataclass
class Process:
    """A process that a test started, with what it has printed."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def output(self) -> str:
        """The last lines that it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-60:])

    def __str__(self) -> str:
        state = "runs" if self.is_alive() else f"ended with {self.popen.returncode}"
        return f"{self.name} (process {self.pid}) {state}; it printed:\n{self.output()}"


def start(
    command: list[str], name: str, environment: Mapping[str, str] | None = None, *, user: str | None = None
) -> Process:
    folder = TOP / "var" / "test" / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".log", dir=folder)
    try:
        popen = subprocess.Popen(
            command, cwd=TOP, env=environment, stdout=descriptor, stderr=descriptor, start_new_session=True, user=user
        )
    finally:
        os.close(descriptor)
    return Process(name, popen, Path(path))


def worker(database: str, **extra: str) -> Process:
    from tests.services import process_environment  # which starts the services of the tests: benchmarks have their own

    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "partnership",
        "worker",
        "--concurrency",
        "2",
        "--loglevel",
        "WARNING",
        "--queues",
        "celery,long,webhooks",
    ]
    command += ["--without-gossip", "--without-mingle"]
    return start(command, f"worker-{database}", process_environment("worker", database) | extra)


def web(database: str, port: int, **extra: str) -> Process:
    from tests.services import process_environment

    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "partnership.project.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "8",
    ]
    command += ["--worker-class", "gthread"]
    return start(command, f"web-{database}", process_environment("web", database) | extra)


def kill(process: Process) -> None:
    """As when the machine loses power: the process and its children get no chance to tidy up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.popen.wait()
    # While a child lives, the broker takes its connection for a worker's that waits, and may give it a message.
    with suppress(ProcessLookupError):
        while True:
            os.killpg(process.pid, 0)
            time.sleep(0.01)


def stop(process: Process) -> None:
    """Asks it to end, as a supervisor does; what doesn't is killed."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.popen.wait(timeout=60)
    except subprocess.TimeoutExpired:
        kill(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition: Callable[[], bool], *processes: Process) -> None:
    """Waits for a condition; fails, with what they printed, as soon as one of the `processes` that must bring it about has died."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        dead = [process for process in processes if not process.is_alive()]
        # It may have come true just before the death.
        assert not dead or condition(), "\n".join(map(str, dead))
        assert time.monotonic() < deadline, "\n".join([f"not after {PATIENCE} seconds", *map(str, processes)])
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60):  # noqa: S310 — our own server
            return True
    except (urllib.error.URLError, OSError):
        return False
