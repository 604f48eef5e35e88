"""Many users at once on this machine, with and without PgBouncer and a replica, beside a plain Django page served the same way.

Locust plays the users (`bench/users.py`) in a process of its own, on the same cores as the portal and its database: what is
measured here a server with cores of its own exceeds. Each run ends by itself after `SECONDS`; all traffic stays on this host.
"""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg2.extensions import make_dsn, parse_dsn

from bench.database import SIZE, VAR, Figure, sized, world

if TYPE_CHECKING:
    from tests.world import World

IS_FULL = SIZE == "full"
USERS = (50, 200, 500) if IS_FULL else (10,)
SECONDS, PAUSE = (25, (5, 15)) if IS_FULL else (2, (0.1, 0.3))
"""Of each run; and between which seconds somebody pauses between two pages."""
A_SECOND = 20
"""So many users begin a second, at the least: all have begun before a third of the run is over."""
PEOPLE, SESSIONS, SYSTEMS = sized(300, 10), sized(40, 4), 3
WITH = {"plain": (), "pooler": ("pooler",), "replica": ("replica",), "both": ("pooler", "replica")}
SETUPS: dict[str, tuple[str, ...]] = WITH if IS_FULL else {"both": WITH["both"]}
MOST = 3
"""The p95 of pages under load is at most so many times that of a quiet portal."""
USERS_FILE = VAR / "users.json"


class Answers(NamedTuple):
    """Of one kind, in a run: how long they took (ms), how many there were and how many were none."""

    p50: float
    p95: float
    number: int
    failures: int


NONE = Answers(float("inf"), float("inf"), 0, 0)
"""Where nobody got an answer before the run was over."""


def run() -> Iterator[Figure]:
    from partnership.local import embedded
    from tests.pooler import pooler
    from tests.replica import with_replica

    USERS_FILE.write_text(json.dumps(known(world()) | {"pause": PAUSE}))
    with ExitStack() as stack:
        pair = stack.enter_context(with_replica(make_dsn(**parse_dsn(embedded.admin_url(VAR)))))
        pooled = stack.enter_context(pooler("127.0.0.1", pair.primary.port, "bench", sessions=10))
        with served("bench.floor", PORTAL_BENCH_PORT=str(pair.primary.port)) as port:
            for users in USERS:
                answers = played(port, users, "Floor")["page"]
                yield Figure(f"load.floor.{users}_users_p50", answers.p50, "ms")
                yield Figure(f"load.floor.{users}_users_p95", answers.p95, "ms")
        for name, parts in SETUPS.items():
            environment = {"DATABASE_URL": address_of(pooled if "pooler" in parts else pair.primary.port)}
            environment |= {"DATABASE_POOLED": "1"} if "pooler" in parts else {}
            environment |= {"REPLICA_URL": address_of(pair.replica.port)} if "replica" in parts else {}
            yield from measured(name, environment)


def measured(name: str, environment: dict[str, str]) -> Iterator[Figure]:
    """One way of setting the portal up: quiet, then with more and more users."""
    with served("partnership.project.wsgi", **environment) as port:
        played(port, 4, "Quiet")  # each process loads what it needs
        quiet = played(port, 2, "Quiet")["page"].p95
        yield Figure(f"load.{name}.quiet_page_p95", quiet, "ms")
        for users in USERS:
            kinds = played(port, users, "Caseworker", "Coordinator", "System", "Public")
            label = f"load.{name}.{users}_users"
            yield Figure(f"{label}_a_second", sum(a.number for a in kinds.values()) / SECONDS, "answers")
            for kind, answers in kinds.items():
                yield Figure(f"{label}_{kind}_p50", answers.p50, "ms")
                yield Figure(f"{label}_{kind}_p95", answers.p95, "ms")
            ratio = kinds.get("page", NONE).p95 / max(quiet, 1)
            yield Figure(f"{label}_page_p95_to_quiet", ratio, "times", f"at most {MOST}", ratio <= MOST)
            failures = sum(answers.failures for answers in kinds.values())
            yield Figure(f"{label}_failures", failures, "answers", "none", failures == 0)


def address_of(port: int) -> str:
    return f"postgres://portal_web:bench@127.0.0.1:{port}/portal_bench"


def known(world: World) -> dict[str, Any]:
    """People in the NGO's register with referrals, sessions of who works there, tokens of its systems."""
    from tests.systems import System

    people = [world.person(world.ngo, first_names=f"P{number}").pk for number in range(PEOPLE)]
    for number in range(PEOPLE // 5):
        world.enrolled(person=world.person(world.police, first_names=f"Q{number}"))
    systems = [System(world.case_manager, name=f"Load {number}") for number in range(SYSTEMS)]
    for system in systems:
        system.client.requests_per_minute = 1_000_000
        system.client.save()
    return {
        "people": people,
        "caseworkers": [world.client(world.caseworker).session.session_key for _n in range(SESSIONS)],
        "coordinators": [world.client(world.coordinator).session.session_key for _n in range(SESSIONS)],
        "tokens": [system.get_token().json()["access_token"] for system in systems],
    }


@contextmanager
def served(application: str, **more: str) -> Iterator[int]:
    """The application as `make run` serves the portal; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PORTAL_DB_ROLE": "web", "PYTHONWARNINGS": "ignore"} | more
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--threads", "4", "--worker-class", "gthread", "--log-level", "error"]  # fmt: skip
    with (VAR / "load.log").open("a") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _n in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                    break
            except OSError:
                time.sleep(0.25)
        yield port
    finally:
        server.terminate()
        server.wait()


def played(port: int, users: int, *kinds: str) -> dict[str, Answers]:
    """What users of these classes met, by kind of answer. Failures are counted, not raised."""
    results = VAR / "locust"
    command = [
        sys.executable, "-m", "locust", "--locustfile", "bench/users.py", "--headless", "--host", f"http://127.0.0.1:{port}",
        "--users", str(users), "--spawn-rate", str(max(A_SECOND, 3 * users // SECONDS)), "--run-time", f"{SECONDS}s",
        "--stop-timeout", "10", "--csv", str(results), "--only-summary", "--loglevel", "ERROR", "--exit-code-on-error", "0", *kinds,
    ]  # fmt: skip
    subprocess.run(
        command,
        env=os.environ | {"PORTAL_BENCH_USERS": str(USERS_FILE)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS + 120,
    )
    with results.with_name("locust_stats.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["Name"] != "Aggregated"]
    return {
        row["Name"]: Answers(
            float(row["50%"] or 0), float(row["95%"] or 0), int(row["Request Count"]), int(row["Failure Count"])
        )
        for row in rows
    }
