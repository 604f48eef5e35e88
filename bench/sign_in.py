"""Sign-in at its quietest, and while somebody keeps 16 connections busy with wrong secrets at the token endpoint.

Quiet and busy rounds take turns, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from bench.database import VAR, Figure, sized, world

CONNECTIONS = 16
ROUNDS, SIGN_INS = sized(8, 1), sized(15, 3)
PASSWORD = "x" * 14


def run() -> Iterator[Figure]:
    from django.contrib.auth.hashers import make_password

    from tests.systems import System

    user = world().caseworker.user
    # As in service: the passwords of tests are hashed with MD5.
    user.password = make_password(PASSWORD, hasher="sealed_pbkdf2")
    user.save(update_fields=["password"])
    system = System(world().case_manager, name="The one that is guessed at")
    email = user.email
    quiet: list[float] = []
    busy: list[float] = []
    tried, seconds = 0, 0.0
    with web() as port:
        for _n in range(4):  # each process loads what it needs
            sign_in(port, email)
        for _round in range(ROUNDS):
            quiet += [sign_in(port, email) for _n in range(SIGN_INS)]
            with guessing(port, system.credential.client_id) as guessers:
                started = time.perf_counter()
                busy += [sign_in(port, email) for _n in range(SIGN_INS)]
                seconds += time.perf_counter() - started
            tried += int(guessers.communicate()[0])
    p95 = {name: statistics.quantiles(times, n=20)[18] for name, times in (("quiet", quiet), ("busy", busy))}
    yield Figure("sign_in.quiet_p95", 1000 * p95["quiet"], "ms")
    yield Figure("sign_in.p95_beside_guessing", 1000 * p95["busy"], "ms")
    yield Figure("sign_in.wrong_secrets", tried / seconds, "a second")
    ratio = p95["busy"] / p95["quiet"]
    yield Figure("sign_in.beside_guessing_to_quiet", ratio, "times", "at most 2", ratio <= 2)


@contextmanager
def web() -> Iterator[int]:
    """The portal's web server as `make run` starts it, passwords hashed as in service; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PORTAL_ENV": "demo", "PORTAL_DB_ROLE": "web", "PYTHONWARNINGS": "ignore"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "partnership.project.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--threads", "4", "--worker-class", "gthread", "--log-level", "error"]  # fmt: skip
    with (VAR / "sign_in.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _n in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                    break
            except OSError:
                time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait()


def sign_in(port: int, email: str) -> float:
    """Seconds from sending the password to the answer that lets in."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/accounts/login/")
    page = connection.getresponse()
    cookies = "; ".join(cookie.partition(";")[0] for cookie in page.headers.get_all("Set-Cookie", []))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token is not None
    fields = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "login": email, "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
    start = time.perf_counter()
    connection.request("POST", "/accounts/login/", fields, headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    connection.close()
    return time.perf_counter() - start


@contextmanager
def guessing(port: int, client_id: str) -> Iterator[subprocess.Popen[str]]:
    """Connections that send wrong secrets meanwhile; the process then prints how many. It yields the processor to the portal, from
    which an attacker's machine takes nothing."""
    command = ["nice", "-n", "19", sys.executable, "-m", "bench.sign_in", str(port), client_id]
    guessers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    try:
        yield guessers
    finally:
        assert guessers.stdin is not None
        guessers.stdin.close()
        guessers.stdin = None


def guess(port: int, client_id: str, stop: threading.Event, tried: list[int]) -> None:
    """Wrong secrets, one after the other, until it is stopped."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    fields = urllib.parse.urlencode(
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "w" * 128}
    )
    while not stop.is_set():
        try:
            connection.request(
                "POST", "/api/v1/oauth/token", fields, {"Content-Type": "application/x-www-form-urlencoded"}
            )
            answer = connection.getresponse()
            answer.read()
        except (
            OSError,
            HTTPException,
        ):  # the server closed a connection that was idle, the guesser having the idle processor
            connection.close()
            continue
        assert answer.status in {401, 429}, answer.status
        tried.append(answer.status)
    connection.close()


def main() -> None:
    """The guessers' process: guesses until its input ends."""
    stop, tried = threading.Event(), list[int]()
    guessers = [
        threading.Thread(target=guess, args=(int(sys.argv[1]), sys.argv[2], stop, tried)) for _n in range(CONNECTIONS)
    ]
    for guesser in guessers:
        guesser.start()
    sys.stdin.read()
    stop.set()
    for guesser in guessers:
        guesser.join()
    print(len(tried))


if __name__ == "__main__":
    main()
