"""`make run`: everything that the portal needs, on one machine, under one supervisor; Ctrl-C stops it all.

Services that DATABASE_URL and REDIS_URL name are used as they are; the others are embedded, with their data under var/.
`make dev` (--reload) is the same portal for whoever changes it: Python, templates and styles are read anew when they change,
and an error shows Django's page for developers.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Printer

from partnership.isolation import database_roles
from partnership.local import embedded
from partnership.local.sign_ins import CARD_BORN_ON, CARD_CODE, PASSWORD, SIGN_INS

TOP = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("PORTAL_VAR", TOP / "var"))
HOST, PORT = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
# Where a browser goes: by name, since passkeys can't be bound to a number.
ADDRESS = f"http://{'localhost' if HOST in {'127.0.0.1', '0.0.0.0'} else HOST}:{PORT}"  # noqa: S104
PYTHON = sys.executable
RELOAD = "--reload" in sys.argv[1:]


def say(text: str) -> None:
    """Prints at once."""
    print(text, flush=True)


def manage(*arguments: str) -> str:
    """Runs a command of manage.py as the owner of the tables; stops the start with its output when it fails."""
    done = subprocess.run(  # noqa: S603
        [PYTHON, str(TOP / "manage.py"), *arguments],
        env=os.environ | {"PORTAL_DB_ROLE": "owner"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr}\nmanage.py {arguments[0]} failed.")
    return done.stdout.strip()


def main() -> None:
    """Starts everything, and stops it when one process ends or Ctrl-C is pressed."""
    started = time.monotonic()
    with socket.socket() as probe:
        if probe.connect_ex((HOST, PORT)) == 0:
            sys.exit(f"Port {PORT} is taken: stop what runs there, or choose another one with PORT=8001.")
    say("Starting PostgreSQL and Redis")
    embedded.start(VAR)
    try:
        if not os.environ.get("DATABASE_URL"):
            database_roles.create(embedded.admin_url(VAR), {})
        say("Bringing the database up to date")
        manage("migrate", "--verbosity", "0")
        say("Preparing translations" if RELOAD else "Preparing static files and translations")
        manage("compile_translations")
        if not RELOAD:
            manage("collectstatic", "--no-input", "--verbosity", "0")
        if os.environ.get("PORTAL_ENV", "demo") == "demo" and manage("has_partners") == "no":
            say("Making the demo partnership (first start only)")
            say(manage("demo"))
        supervise(started)
    finally:
        say("Stopping PostgreSQL and Redis")
        embedded.stop(VAR)


def supervise(started: float) -> None:
    """Web, worker, linker and scheduler until one ends or Ctrl-C is pressed."""
    celery = f"{PYTHON} -m celery --quiet -A partnership"
    if RELOAD:
        web = f"{PYTHON} manage.py runserver {HOST}:{PORT} --nostatic --skip-checks"
        worker = f"{PYTHON} -m partnership.project.reloading_worker"
    else:
        web = f"{PYTHON} -m gunicorn partnership.project.wsgi --bind {HOST}:{PORT} --workers 2 --threads 4 --worker-class gthread --log-level warning"
        worker = f"{celery} worker --concurrency 2"
    # Threads, since they only wait; `make dev` has one worker for all.
    sender = f"{celery} worker --queues webhooks --pool threads --concurrency 4 --hostname webhooks@%h"
    long_work = f"{celery} worker --queues long --concurrency 2 --hostname long@%h"
    others = [] if RELOAD else [("long", long_work, "worker"), ("webhooks", sender, "worker")]
    quiet = "--loglevel WARNING --without-gossip --without-mingle"
    manager = Manager(Printer(sys.stdout))
    common = os.environ | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "SITE_URL": os.environ.get("SITE_URL", ADDRESS),
    }
    for name, command, role in (
        ("web", web, "web"),
        ("worker", f"{worker} {quiet}", "worker"),
        *[(name, f"{command} {quiet}", role) for name, command, role in others],
        ("linker", f"{PYTHON} manage.py link --watch", "linker"),
        ("scheduler", f"{celery} beat --loglevel WARNING --pidfile=", "worker"),
    ):
        debug = {"PORTAL_DEBUG": "1"} if RELOAD and name == "web" else {}
        manager.add_process(name, command, cwd=str(TOP), env=common | {"PORTAL_DB_ROLE": role} | debug)
    threading.Thread(target=announce, args=[started], daemon=True).start()
    manager.loop()


def announce(started: float) -> None:
    """Prints the address and the sign-ins as soon as everything is ready."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=5):  # noqa: S310 — the portal itself
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    else:
        say("Not ready after two minutes; see the lines above and /readyz.")
        return
    say(f"\nThe portal is ready after {time.monotonic() - started:.0f} seconds: {ADDRESS}/\n")
    if os.environ.get("PORTAL_ENV", "demo") == "demo":
        width = max(len(role) for role, _ in SIGN_INS)
        for role, email in SIGN_INS:
            say(f"  {role:{width}}  {email}")
        say(f"\n  The password of each: {PASSWORD}. The second factor is switched off in the demo.")
        say(
            f"  My page of a person concerned: {ADDRESS}/my/ with code {CARD_CODE} and date of birth {CARD_BORN_ON:%d.%m.%Y}.\n"
        )
        say(
            f"  E-mail goes to files in {VAR / 'mail'}, text messages to {VAR / 'sms'}. Ctrl-C stops everything; the data stays.\n"
        )


if __name__ == "__main__":
    main()
