"""How the portal runs: signs of life, settings, roles script, production's refusal of default secrets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.cache import cache

from partnership.events.letters import UNDELIVERED_KEY
from partnership.events.outbox import FAILED_KEY
from partnership.project.jobs import HEARTBEAT_KEY

TOP = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6kL9nO2qR5tU8wX",
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "INDEX_KEY": "i7" * 20,
    "PSEUDONYM_KEY": "p5" * 20,
    "FIGURES_KEY": "f6" * 20,
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgres://portal_web:x@localhost/portal",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost:25",
}


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    base = {
        k: v for k, v in os.environ.items() if not k.startswith("PORTAL_") and k not in {"DATABASE_URL", "REDIS_URL"}
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=TOP, env=base | environment, capture_output=True, text=True, check=False)


def test_the_deployment_check_is_clean_under_production_settings():
    done = check(**GOOD)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "PSEUDONYM_KEY", "FIGURES_KEY"])
@pytest.mark.parametrize("value", ["", "short", "change-me-" + "x" * 40])
def test_production_refuses_to_start_without_a_secret_of_its_own(name, value):
    done = check(**(GOOD | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr


def test_healthz_says_that_the_process_answers(client, db):
    assert client.get("/healthz").content == b"ok\n"


class TestReadyz:
    def test_ready_when_a_worker_was_seen_lately(self, client, db):
        cache.set(HEARTBEAT_KEY, time.time())
        cache.set(FAILED_KEY, 0)
        cache.set(UNDELIVERED_KEY, 0)
        response = client.get("/readyz")
        assert (response.status_code, set(response.json().values())) == (200, {"ok"})

    @pytest.mark.parametrize("seen", [None, 1000])
    def test_not_ready_when_none_was(self, client, db, seen):
        cache.delete(HEARTBEAT_KEY)
        cache.delete_many([FAILED_KEY, UNDELIVERED_KEY])
        if seen:
            cache.set(HEARTBEAT_KEY, time.time() - seen)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {
            "database": "ok", "migrations": "ok", "redis": "ok", "worker": "not seen lately", "events": "unknown",
            "letters": "unknown",
        }  # fmt: skip

    def test_events_that_failed_are_told_and_make_nothing_unready(self, client, db):
        cache.set(HEARTBEAT_KEY, time.time())
        cache.set(FAILED_KEY, 3)
        response = client.get("/readyz")
        assert (response.status_code, response.json()["events"]) == (200, "3 failed")

    def test_letters_that_were_not_delivered_too(self, client, db):
        cache.set(HEARTBEAT_KEY, time.time())
        cache.set(UNDELIVERED_KEY, 2)
        response = client.get("/readyz")
        assert (response.status_code, response.json()["letters"]) == (200, "2 failed")

    def test_not_ready_with_migrations_to_apply(self, client, db):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'metrics'")
        assert client.get("/readyz").json()["migrations"] == "pending"


def test_web_and_worker_cannot_migrate(db, django_db_setup):
    from django.db import connection

    for role in ("web", "worker"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [f"portal_{role}"])
            assert cursor.fetchone() == (False,)


def test_the_partner_is_set_inside_a_transaction_or_not_at_all(transactional_db):
    from partnership.isolation.acting import enter

    with pytest.raises(RuntimeError, match="transaction"):
        enter(partner_id=1)


def test_the_roles_script_can_be_run_again(db):
    from partnership.isolation import database_roles
    from partnership.local import embedded
    from tests.services import PASSWORD, VAR

    admin = os.environ.get("PORTAL_TEST_ADMIN_URL") or embedded.admin_url(VAR)
    database_roles.create(admin, dict.fromkeys(database_roles.ROLES, PASSWORD), for_tests=True)


def test_short_work_never_waits_for_long_work():
    """What may last for hours has workers of its own; what people wait for has not."""
    from partnership.events.job_queue import SOFTLY
    from partnership.project.celery import JOBS, app

    app.loader.import_default_modules()
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name
        for name in app.tasks
        if name.startswith(tuple(f"{room}.jobs." for room in JOBS))
    }
    long_ones = {name for name in queues if app.tasks[name].soft_time_limit == SOFTLY}
    assert long_ones
    assert {queues[name] for name in long_ones} == {"long"}
    for name in (
        "partnership.events.jobs.relay_outbox",
        "partnership.events.jobs.send_letters",
        "partnership.project.jobs.heartbeat",
    ):
        assert queues[name] == "celery"
