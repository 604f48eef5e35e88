"""`manage.py doctor`: each thing that a deployment lacks is a line that says what to do, and no line holds a secret."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from partnership.project import doctor
from partnership.project.jobs import HEARTBEAT_KEY
from tests.project.test_running import GOOD, TOP
from tests.services import process_environment


def problems(what: str) -> list[str]:
    return list(doctor.LOOKS[what]())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PRODUCTION": False, "PORTAL_ENV": "demo"}, "set it to production"),
        ({"SITE_URL": "http://portal.example"}, "https://"),
        ({"ALLOWED_HOSTS": ["other.example"]}, "ALLOWED_HOSTS lacks portal.example"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "BEHIND_PROXY"),
        ({"TRUSTED_PROXIES": 0}, "TRUSTED_PROXIES"),
        ({"SECURE": False}, "PORTAL_HTTP"),
        ({"REQUIRE_SECOND_FACTOR": False}, "REQUIRE_SECOND_FACTOR"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(settings, change, words):
    right = {
        "PORTAL_ENV": "production", "PRODUCTION": True, "SITE_URL": "https://portal.example", "ALLOWED_HOSTS": [".portal.example", "portal.example"],
        "SECURE": True, "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "TRUSTED_PROXIES": 1, "REQUIRE_SECOND_FACTOR": True,
    }  # fmt: skip
    for name, value in right.items():
        setattr(settings, name, value)
    assert not problems("settings")
    for name, value in change.items():
        setattr(settings, name, value)
    (problem,) = problems("settings")
    assert words in problem


class TestDatabase:
    def test_a_role_above_the_policies_is_a_danger(self, transactional_db):
        from partnership.local import embedded
        from tests.services import VAR

        usual = connection.settings_dict.copy()
        connection.close()
        try:
            if admin := os.environ.get("PORTAL_TEST_ADMIN_URL"):
                from urllib.parse import urlsplit

                connection.settings_dict |= {"USER": urlsplit(admin).username, "PASSWORD": urlsplit(admin).password}
            else:
                assert embedded.known(VAR)
                connection.settings_dict["USER"] = "postgres"
            assert any("above row-level security" in problem for problem in problems("database"))
        finally:
            connection.close()
            connection.settings_dict.update(usual)

    def test_the_owner_is_in_order(self, db):
        assert not problems("database")
        assert not problems("migrations")
        assert not problems("keys")
        assert not problems("clocks")
        assert not problems("time zones")

    def test_migrations_that_wait_are_named(self, db):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'metrics'")
        assert "manage.py migrate" in problems("migrations")[0]

    def test_wrong_keys_are_named_without_the_key(self, db, settings):
        settings.INDEX_KEY = "another key, as long as such a key must be"
        (problem,) = problems("keys")
        assert "INDEX_KEY" in problem
        assert settings.INDEX_KEY not in problem

    def test_a_clock_that_is_late_is_told(self, db, monkeypatch):
        now = time.time()
        monkeypatch.setattr(doctor.time, "time", lambda: now - 90)
        assert "90 seconds apart" in problems("clocks")[0] or "89 seconds apart" in problems("clocks")[0]


class TestServices:
    def test_worker_and_redis(self, db):
        cache.delete(HEARTBEAT_KEY)
        assert not problems("Redis")
        assert "worker and scheduler run" in problems("worker and scheduler")[0]
        cache.set(HEARTBEAT_KEY, time.time())
        assert not problems("worker and scheduler")

    def test_mail(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_PASSWORD = "localhost", 9, "the password"
        settings.DEFAULT_FROM_EMAIL = "Portal <no-reply@localhost>"
        sender, server = problems("email")
        assert "DEFAULT_FROM_EMAIL" in sender
        assert "EMAIL_URL" in server
        assert "the password" not in server
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        assert "nobody gets them" in problems("email")[0]

    def test_backups(self, settings, tmp_path):
        settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = tmp_path, []
        assert "None are made" in problems("backups")[0]
        settings.BACKUP_RECIPIENTS = ["age1x"]
        assert "There is none" in problems("backups")[0]
        (tmp_path / "portal-20200101T000000Z.age").touch()
        assert "01 January 2020" in problems("backups")[0]
        (tmp_path / f"portal-{timezone.now():%Y%m%dT%H%M%SZ}.age").touch()
        assert not problems("backups")


class TestFiles:
    def test_static_files_that_were_not_collected(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
        }
        assert "manage.py collectstatic" in problems("static files")[0]

    def test_a_front_end_that_was_not_built(self, settings, tmp_path):
        settings.STATICFILES_DIRS = [tmp_path]
        assert "npm run build" in problems("static files")[0]

    def test_translations(self, settings, tmp_path):
        folder = tmp_path / "fi" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").touch()
        settings.LOCALE_PATHS = [tmp_path]
        assert problems("translations") == ["fi is not compiled: run manage.py compile_translations."]

    def test_a_full_disk(self, monkeypatch):
        monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
        assert "make room" in problems("disk")[0]


def test_it_ends_with_1_where_something_is_to_be_done(db):
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 1
    assert "TO DO  settings: PORTAL_ENV is test" in out.getvalue()
    assert "ok     database" in out.getvalue()


def test_without_a_database_it_still_says_the_rest_and_no_secret(tmp_path):
    environment = (
        process_environment("web", "none") | GOOD | {"PORTAL_VAR": str(tmp_path), "SITE_URL": "https://portal.example"}
    )
    environment["DATABASE_URL"] = "postgres://portal_web:hidden-word@127.0.0.1:9/portal"
    environment["REDIS_URL"] = "redis://web:hidden-word@127.0.0.1:9/0"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "doctor"],
        cwd=TOP,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "TO DO  database: It can't be reached" in done.stdout
    assert "TO DO  Redis" in done.stdout
    assert "TO DO  static files" in done.stdout
    for secret in ("hidden-word", *(GOOD[name] for name in GOOD if name.endswith(("KEY", "KEYS")))):
        assert secret not in done.stdout + done.stderr


def test_every_look_is_described_in_the_guide():
    guide = (Path(TOP) / "docs" / "administration.md").read_text()
    assert "manage.py doctor" in guide
