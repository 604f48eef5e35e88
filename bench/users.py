"""The users of `bench.load`, for locust: people who read pages and record something now and then, a partner's systems, the public.

Where they sign in and what they call stands in the file that PORTAL_BENCH_USERS names: locust runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from locust import HttpUser, between, task

KNOWN: dict[str, Any] = json.loads(Path(os.environ["PORTAL_BENCH_USERS"]).read_text())
PAUSE = between(*KNOWN["pause"])


class Caseworker(HttpUser):
    """Opens lists and records of their own partner, and writes a task."""

    weight = 5
    wait_time = PAUSE

    def on_start(self) -> None:
        """Signed in already: how long that takes is another benchmark's matter."""
        self.client.cookies.set("sessionid", random.choice(KNOWN["caseworkers"]))

    @task(4)
    def home(self) -> None:
        self.client.get("/", name="page")

    @task(4)
    def referrals(self) -> None:
        self.client.get("/referrals/?box=incoming", name="page")

    @task(3)
    def person(self) -> None:
        self.client.get(f"/people/{random.choice(KNOWN['people'])}/", name="page")

    @task(2)
    def calendar(self) -> None:
        self.client.get("/calendar/", name="page")

    @task(1)
    def export(self) -> None:
        self.client.get("/caseload/export/?format=csv", name="export")


class Coordinator(HttpUser):
    """Looks at figures."""

    weight = 2
    wait_time = PAUSE

    def on_start(self) -> None:
        self.client.cookies.set("sessionid", random.choice(KNOWN["coordinators"]))

    @task
    def referral_figures(self) -> None:
        self.client.get("/figures/referrals/", name="figures")

    @task
    def recidivism(self) -> None:
        self.client.get("/figures/recidivism/", name="figures")


class System(HttpUser):
    """Lists what is new."""

    weight = 2
    wait_time = PAUSE

    @task
    def referrals(self) -> None:
        token = random.choice(KNOWN["tokens"])
        self.client.get("/api/v1/referrals?limit=50", name="api", headers={"Authorization": f"Bearer {token}"})


class Public(HttpUser):
    """Looks for help."""

    weight = 1
    wait_time = PAUSE

    @task
    def find_help(self) -> None:
        self.client.get("/find-help/", name="public")


class Quiet(Caseworker):
    """The same as a caseworker, next to nobody else."""

    wait_time = between(0.05, 0.15)


class Floor(HttpUser):
    """Opens a plain page."""

    wait_time = PAUSE

    @task
    def page(self) -> None:
        self.client.get("/", name="page")
