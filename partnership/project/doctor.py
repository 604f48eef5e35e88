"""What a deployment needs, looked at one by one: `manage.py doctor`. Each finding is in order, or says what to do. No secret is shown."""

from __future__ import annotations

import re
import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core import checks
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis.exceptions import RedisError

from cases.rights.models import without_notice
from partnership.audit_trail import partitions
from partnership.isolation import database_roles, key_check, replica
from partnership.project import backup, health
from partnership.project.json_cache import Away

GIGABYTE = 1024**3
LEAST_FREE = GIGABYTE
CLOCKS_APART = 5
"""Seconds. At 300 (`VALID_SECONDS` in `partnership/isolation/context.py`) the database shows nothing to a process whose clock is late."""
BACKUP_AGE = timedelta(hours=26)


class Finding(NamedTuple):
    """What was looked at, whether it is in order, and what was found or is to be done."""

    what: str
    is_ok: bool
    text: str


def examine() -> Iterator[Finding]:
    """All findings, in the order in which a deployment is put together."""
    for what, look in LOOKS.items():
        try:
            for problem in (problems := list(look())):
                yield Finding(what, False, problem)
            if not problems:
                yield Finding(what, True, "")
        except DatabaseError as error:
            yield Finding(
                what, False, f"The database does not answer this ({type(error).__name__}): look at “database” first."
            )


def _settings() -> Iterator[str]:
    if not settings.PRODUCTION:
        yield f"PORTAL_ENV is {settings.PORTAL_ENV}: set it to production."
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https":
        yield "SITE_URL does not begin with https://: links in emails lead there."
    if not any(_fits(address.hostname or "", host) for host in settings.ALLOWED_HOSTS):
        yield f"ALLOWED_HOSTS lacks {address.hostname}, the host of SITE_URL: every page would be refused."
    if settings.SECURE and settings.SECURE_PROXY_SSL_HEADER is None:
        yield "BEHIND_PROXY is not set: behind a TLS proxy every page would lead to itself for ever. Set BEHIND_PROXY=1."
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        yield "TRUSTED_PROXIES is 0: all callers would count as one. Set it to the number of your proxies."
    if not settings.SECURE:
        yield "PORTAL_HTTP is set: that is for a trial on one machine."
    if not settings.REQUIRE_SECOND_FACTOR:
        yield "REQUIRE_SECOND_FACTOR is off: a stolen password opens people's data."


def _django() -> Iterator[str]:
    for message in checks.run_checks(include_deployment_checks=True):
        if message.level >= checks.WARNING:
            yield f"{message.id}: {message.msg}"


def _fits(host: str, pattern: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith(".") and host.endswith(pattern))


def _database() -> Iterator[str]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        yield f"It can't be reached: look at DATABASE_URL ({reason})."
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
        if number < 150_000:
            yield f"PostgreSQL is {version}: install 15 or newer."
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, is_above_policies = cursor.fetchone()
        if is_above_policies:
            yield f"{role} is above row-level security: every partner would see every row. Connect as portal_web or another role of the portal."
        elif role not in database_roles.ROLES:
            yield f"The role is {role}: connect as one of {', '.join(database_roles.ROLES)}."
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(database_roles.ROLES)])
        there = {name for (name,) in cursor.fetchall()}
        if missing := [name for name in database_roles.ROLES if name not in there]:
            yield f"{', '.join(missing)} missing: run python -m partnership.isolation.database_roles ADMIN_URL."
        cursor.execute("SELECT has_database_privilege('portal_worker', current_database(), 'TEMPORARY')")
        if not missing and not cursor.fetchone()[0]:
            yield "portal_worker may make no temporary tables: run python -m partnership.isolation.database_roles ADMIN_URL again."


def _migrations() -> Iterator[str]:
    if not MigrationRecorder(connection).has_table():
        yield "The database is empty: run manage.py migrate as portal_owner."
        return
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield f"{len(plan)} wait, the first is {plan[0][0]}: run manage.py migrate as portal_owner."


def _partitions() -> Iterator[str]:
    next_month = (timezone.now().replace(day=1) + timedelta(days=32)).astimezone(UTC).strftime("_%Y_%m")
    with connection.cursor() as cursor:
        for table in partitions.TABLES:
            cursor.execute("SELECT to_regclass(%s)", [table + next_month])
            if cursor.fetchone()[0] is None:
                yield f"{table} has none for next month: see that worker and scheduler run; manage.py migrate as portal_owner makes it."


def _keys() -> Iterator[str]:
    try:
        if not key_check.check():
            yield "The database knows no keys yet: run manage.py migrate as portal_owner."
    except key_check.WrongKeys as error:
        yield str(error)


def _clocks() -> Iterator[str]:
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float")
        theirs = cursor.fetchone()[0]
        after = time.time()
    apart = max(before - theirs, theirs - after, 0)
    if apart > CLOCKS_APART:
        yield f"The clocks of this machine and of the database are {apart:.0f} seconds apart: let both follow a time server (NTP)."


def _replica() -> Iterator[str]:
    if not replica.is_set_up():
        return
    replica.forget()
    lag = replica.lag()
    if lag is None:
        yield "It does not answer, or is no streaming replica of this database: look at REPLICA_URL. Until then the primary is read."
    elif lag > settings.REPLICA_MAX_LAG:
        yield f"It is {lag:.0f} seconds behind, more than REPLICA_MAX_LAG ({settings.REPLICA_MAX_LAG:.0f}): the primary is read. See what it waits for (pg_stat_replication)."


def _time_zones() -> Iterator[str]:
    ours = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT utc_offset FROM pg_timezone_names WHERE name = %s", [settings.TIME_ZONE])
        row = cursor.fetchone()
    if row is None or row[0] != ours:
        yield f"The database does not know {settings.TIME_ZONE} as this machine does: install tzdata of today on both."


def _redis() -> Iterator[str]:
    from partnership.project.celery import app

    cache.set("doctor", 1, timeout=10)
    if Away.is_now() or cache.get("doctor") != 1:
        yield "The cache can't be written: look at REDIS_URL and its password."
        return
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1)
    except (OSError, RedisError) as error:
        yield f"The queue does not answer ({type(error).__name__}): look at REDIS_URL."


def _worker() -> Iterator[str]:
    if (state := health.worker()) != "ok":
        yield f"The worker was {state}: see that worker and scheduler run, on the same Redis as this."


def _mail() -> Iterator[str]:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield "EMAIL_URL is not set: emails are written to files, and nobody gets them."
        return
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield "DEFAULT_FROM_EMAIL is not set: mail servers refuse a sender at localhost."
    server = get_connection()
    try:
        server.open()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        code = getattr(error, "smtp_code", "")
        yield (
            f"The mail server does not let the portal in ({type(error).__name__} {code}".rstrip()
            + "): look at EMAIL_URL."
        )


STATIC = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")


def _static_files() -> Iterator[str]:
    wanted = {
        name for path in (settings.BASE_DIR / "templates").rglob("*.html") for name in STATIC.findall(path.read_text())
    }
    sources = [Path(folder) for folder in settings.STATICFILES_DIRS]
    if any(name.startswith("vendor/") and not any((folder / name).exists() for folder in sources) for name in wanted):
        yield "The front-end files are not built: run npm ci and npm run build (or make), then manage.py collectstatic."
        return
    collected = staticfiles_storage.hashed_files if isinstance(staticfiles_storage, ManifestFilesMixin) else wanted
    if missing := sorted(wanted - set(collected)):
        yield f"{missing[0]} and {len(missing) - 1} others are not collected: every page would fail. Run manage.py collectstatic --no-input."


def _translations() -> Iterator[str]:
    for source in sorted(path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            yield f"{source.parent.parent.name} is not compiled: run manage.py compile_translations."


def _disk() -> Iterator[str]:
    for use, folder in {"PORTAL_VAR": settings.VAR, "temporary files": Path(tempfile.gettempdir())}.items():
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(there).free
        if free < LEAST_FREE:
            yield f"{free / GIGABYTE:.1f} GB are free for {use} ({there}): make room, or imports and backups fail."


def _backups() -> Iterator[str]:
    if not settings.BACKUP_RECIPIENTS:
        yield "None are made: set BACKUP_RECIPIENTS (manage.py backup --new-key)."
        return
    last = backup.newest(settings.BACKUP_DIR)
    if last is None or timezone.now() - last > BACKUP_AGE:
        age = "There is none" if last is None else f"The newest is of {last:%d %B %Y %H:%M} UTC"
        yield f"{age} in BACKUP_DIR, as seen from here: run manage.py backup, and see that backup --watch or the timer runs."


def _privacy_notices() -> Iterator[str]:
    if names := [partner.name for partner in without_notice()]:
        yield f"{', '.join(names)}: no privacy notice, so files of a person's data lack what article 15 asks. Its manager writes it at /privacy-notice/."


LOOKS: dict[str, Callable[[], Iterator[str]]] = {
    "settings": _settings,
    "checks of Django": _django,
    "static files": _static_files,
    "translations": _translations,
    "disk": _disk,
    "database": _database,
    "replica": _replica,
    "migrations": _migrations,
    "partitions": _partitions,
    "keys": _keys,
    "clocks": _clocks,
    "time zones": _time_zones,
    "Redis": _redis,
    "worker and scheduler": _worker,
    "email": _mail,
    "backups": _backups,
    "privacy notices": _privacy_notices,
}
