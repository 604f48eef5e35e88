"""Real processes for end-to-end tests: a web server, a Celery worker, a scheduler, on a database of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.services import process_environment

TOP = Path(__file__).resolve().parent.parent


def start(command: list[str], role: str, database: str, **extra: str) -> subprocess.Popen[bytes]:
    log = (TOP / "var" / "test" / f"{role}-{database}.log").open("ab")
    return subprocess.Popen(
        command,
        cwd=TOP,
        env=process_environment(role, database) | extra,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def worker(database: str, **extra: str) -> subprocess.Popen[bytes]:
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
    ]
    return start([*command, "--without-gossip", "--without-mingle"], "worker", database, **extra)


def web(database: str, port: int, **extra: str) -> subprocess.Popen[bytes]:
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
    return start([*command, "--worker-class", "gthread"], "web", database, **extra)


def kill(process: subprocess.Popen[bytes]) -> None:
    """As when the machine loses power: the process and its children get no chance to tidy up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        kill(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Waits for a condition; fails when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 — our own server
            return True
    except (urllib.error.URLError, OSError):
        return False
