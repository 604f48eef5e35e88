"""Settings, all from the environment (twelve-factor). docs/administration.md lists every variable."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from partnership.isolation import database_roles, keys
from partnership.local import embedded

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("PORTAL_VAR", BASE_DIR / "var"))
env = environ.Env()
# Before NumPy is loaded: its threads and the portal's processes would wait for each other on the same cores (thirty times slower).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# --- Which kind of run this is -------------------------------------------------------------------------------------
PORTAL_ENV = env("PORTAL_ENV", default="demo")
if PORTAL_ENV not in {"demo", "production", "test"}:
    raise ImproperlyConfigured("PORTAL_ENV is one of: demo, production, test.")
PRODUCTION = PORTAL_ENV == "production"
DEMO = PORTAL_ENV == "demo"
DEBUG = env.bool("PORTAL_DEBUG", default=False) and not PRODUCTION


def _secret(name: str) -> str:
    """A secret from the environment; outside production one that was made for this machine is as good."""
    value: str = env(name, default="")
    if not PRODUCTION:
        return value or keys.local(VAR)[name]
    known_defaults = set(keys.local(VAR).values()) if (VAR / "secrets.json").exists() else set()
    if len(value) < 32 or value.startswith(("change", "django-insecure", "secret")) or value in known_defaults:
        raise ImproperlyConfigured(
            f"In production {name} must be set to a secret of your own, of 32 characters or more."
        )
    return value


SECRET_KEY = _secret("SECRET_KEY")
# Newest first; all can decrypt, the first encrypts (manage.py rotate_keys re-encrypts what older ones wrote).
FIELD_KEYS = [key.strip() for key in _secret("FIELD_KEYS").split(",")]
INDEX_KEY = _secret("INDEX_KEY")
PSEUDONYM_KEY = _secret("PSEUDONYM_KEY")
FIGURES_KEY = _secret("FIGURES_KEY")

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")

# --- Applications --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "partnership",
    "programs",
    "cases",
    "referrals",
    "metrics",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # a page of allauth about security keys asks for it
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "csp",
]
MIDDLEWARE = [
    "partnership.project.health.alive",
    "partnership.project.monitoring.monitored",
    "partnership.api.tokens.slow_guessing",  # first: a refusal costs as little as it can
    "partnership.project.middleware.request_id",
    "partnership.project.middleware.afterwards",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "partnership.project.middleware.PageCompression",
    "csp.middleware.CSPMiddleware",
    "partnership.project.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "partnership.project.maintenance.maintenance",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "partnership.project.middleware.ActingPartnerMiddleware",
    "partnership.project.middleware.second_factor_for_the_account",
    "partnership.project.middleware.bounded_bodies",
    "allauth.account.middleware.AccountMiddleware",
    "partnership.project.replica_reads.ReadsFromReplica",
]
ROOT_URLCONF = "partnership.project.urls"
WSGI_APPLICATION = "partnership.project.wsgi.application"
AUTH_USER_MODEL = "partnership.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partnership.project.context.portal",
            ],
            "builtins": ["partnership.pages.template_tags", "partnership.pages.pieces"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Services ------------------------------------------------------------------------------------------------------
DB_ROLE = env("PORTAL_DB_ROLE", default="web")
_services = embedded.known(VAR)
if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    if DATABASES["default"]["USER"] in database_roles.ROLES:  # the limits below are those of whoever connects
        DB_ROLE = DATABASES["default"]["USER"].removeprefix("portal_")
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": env("PORTAL_DB_NAME", default="portal"),
            "USER": f"portal_{DB_ROLE}",
            "HOST": _services.get("postgres_host", str(VAR)),
            "PORT": _services.get("postgres_port", 5432),
        }
    }
# Behind a pooler in transaction mode (PgBouncer) each transaction may run in another session. It takes no settings of a connection:
# those of the role hold.
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
# The transaction is opened by ActingPartnerMiddleware, which must set the partner inside it.
DATABASES["default"] |= {"ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
_limits = " ".join(f"-c {name}={limit}" for name, limit in database_roles.SETTINGS.get(DB_ROLE, {}).items())
_options = DATABASES["default"].get("OPTIONS", {}) | {"connect_timeout": 5}
if not DATABASE_POOLED:
    _options["options"] = _limits
DATABASES["default"] |= {"OPTIONS": _options, "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED}
# A streaming replica, as the same role: what it may answer is read from it while it is no more seconds behind than this.
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", default=10)
if env("REPLICA_URL", default=""):
    _of_replica = {"connect_timeout": 2, "tcp_user_timeout": 5000}  # seconds, milliseconds: nobody waits long for it
    DATABASES["replica"] = DATABASES["default"] | env.db_url("REPLICA_URL") | {"OPTIONS": _options | _of_replica}
    DATABASE_ROUTERS = ["partnership.isolation.replica.Router"]

if env("REDIS_URL", default=""):
    REDIS_URL = CELERY_BROKER_URL = env("REDIS_URL")
else:
    _redis_db = env("PORTAL_REDIS_DB", default="0")
    _socket = _services.get("redis_socket", str(VAR / "redis.sock"))
    REDIS_URL, CELERY_BROKER_URL = (
        f"unix://{_socket}?db={_redis_db}",
        f"redis+socket://{_socket}?virtual_host={_redis_db}",
    )
_cache = {
    "LOCATION": REDIS_URL,
    "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    "KEY_PREFIX": env("PORTAL_CACHE_PREFIX", default="portal"),
}
CACHES = {
    "default": {"BACKEND": "partnership.project.json_cache.JsonCache", **_cache},
    "counters": {"BACKEND": "partnership.project.json_cache.Counters", **_cache},
    "sessions": {"BACKEND": "partnership.project.json_cache.SessionCache", **_cache},
}
SESSION_CACHE_ALIAS = "sessions"
SESSION_ENGINE = "partnership.members.sessions"

CELERY_TASK_ACKS_LATE = True  # a task that dies with its worker is delivered again
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A task that runs while Redis goes away could not say afterwards that it is done, and the worker would stop over it
# (celery/celery#8030): it is stopped, and delivered again.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
# A task that hangs is ended: asked to after the first (seconds), killed after the second. Imports and figures have more.
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 1500, 1800
# Nothing that stands in the queue is ever more than data.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
# Short work never waits for long work, nor for slow receivers of webhooks: each kind has workers of its own.
CELERY_TASK_ROUTES = {
    "partnership.events.jobs.deliver_webhooks": {"queue": "webhooks"},
    "partnership.api.jobs.read_client_keys": {"queue": "webhooks"},
    "cases.imports.jobs.run_import": {"queue": "long"},
    "metrics.runs.jobs.compute*": {"queue": "long"},
    "partnership.oversight.jobs.sum_up_reads": {"queue": "long"},
    "cases.rights.jobs.count_past_retention": {"queue": "long"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": env.int("VISIBILITY_TIMEOUT", default=3600)}
if DB_ROLE == "web":  # a page that asks for a job waits for nothing; the scheduler finds what waits
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 1, "socket_timeout": 1}
# How many seconds a run waits for the linker before it computes with the links that there are.
LINKER_PATIENCE = env.int("LINKER_PATIENCE", default=0 if PORTAL_ENV == "test" else 600)
CELERY_TIMEZONE = "Europe/Helsinki"
CELERY_BEAT_SCHEDULER = "partnership.project.scheduler:OneActs"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "measure": {"task": "partnership.project.jobs.measure", "schedule": 30.0, "options": {"expires": 60}},
    "heartbeat": {"task": "partnership.project.jobs.heartbeat", "schedule": 30.0, "options": {"expires": 60}},
    "relay": {"task": "partnership.events.jobs.relay_outbox", "schedule": 10.0, "options": {"expires": 30}},
    "letters": {"task": "partnership.events.jobs.send_letters", "schedule": 15.0, "options": {"expires": 30}},
    "reminders": {"task": "referrals.reminders.jobs.send_reminders", "schedule": crontab(minute="5,35")},
    "appointments": {"task": "cases.messages.jobs.remind_of_appointments", "schedule": crontab(minute="*/10")},
    "digest": {"task": "partnership.events.jobs.write_digests", "schedule": crontab(hour="7", minute="0")},
    "stalled imports": {"task": "cases.imports.jobs.resume_stalled_imports", "schedule": crontab(minute="*/5")},
    "webhooks": {"task": "partnership.events.jobs.deliver_webhooks", "schedule": 10.0, "options": {"expires": 30}},
    "keys of systems": {"task": "partnership.api.jobs.read_client_keys", "schedule": crontab(minute="50")},
    "old secrets": {"task": "partnership.api.jobs.remind_of_old_secrets", "schedule": crontab(hour="6", minute="30")},
    "forget requests": {"task": "partnership.project.jobs.forget_requests", "schedule": crontab(minute="40")},
    "reads of yesterday": {
        "task": "partnership.oversight.jobs.sum_up_reads",
        "schedule": crontab(hour="3", minute="10"),
    },
    "clients' words": {"task": "programs.contacts.jobs.forget_codes", "schedule": crontab(hour="3", minute="30")},
    "tips": {"task": "programs.tips.jobs.keep_tips", "schedule": crontab(hour="7", minute="10")},
    "certificates": {
        "task": "programs.training.jobs.remind_of_certificates",
        "schedule": crontab(hour="6", minute="40"),
    },
    "reports to funders": {
        "task": "programs.grants.jobs.remind_of_reports",
        "schedule": crontab(hour="6", minute="50"),
    },
    "ends of agreements": {
        "task": "partnership.agreements.jobs.remind_of_ends",
        "schedule": crontab(hour="6", minute="45"),
    },
    "partitions": {"task": "partnership.project.jobs.keep_partitions", "schedule": crontab(hour="3", minute="40")},
    "past retention": {"task": "cases.rights.jobs.count_past_retention", "schedule": crontab(hour="3", minute="20")},
    "nightly figures": {
        "task": "metrics.runs.jobs.compute",
        "schedule": crontab(hour="2", minute="30"),
        "args": ["nightly"],
    },
    "requested figures": {
        "task": "metrics.runs.jobs.compute_if_requested",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

# --- E-mail: no personal data in it, only a link ---------------------------------------------------------------------
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Prevention partnership <no-reply@localhost>")
# Reminders of appointments go to the people concerned: whoever reads them over a shoulder must not learn by whom they are helped.
REMINDER_FROM_EMAIL = env("REMINDER_FROM_EMAIL", default="Appointments <no-reply@localhost>")
# Text messages, by any gateway with an HTTP request: partnership/events/sms.py fills in {to} and {text}. The demo writes files.
SMS_URL = env("SMS_URL", default="")
SMS_METHOD = env("SMS_METHOD", default="POST")
SMS_HEADERS = env.json("SMS_HEADERS", default={"Content-Type": "application/json"})
SMS_BODY = env("SMS_BODY", default='{"to": "{to}", "text": "{text}"}')
SMS_DIR = None if PRODUCTION else VAR / "sms"
# From and to which hour, by the portal's own clock, nobody is sent a reminder.
QUIET_HOURS = (env.int("QUIET_FROM", default=21), env.int("QUIET_UNTIL", default=8))
# How many hours before an appointment its reminder is sent.
REMINDER_HOURS = env.int("REMINDER_HOURS", default=24)

# --- Sign-in ---------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["partnership.members.sign_in.PartnerBackend"]
ACCOUNT_ADAPTER = "partnership.members.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # accounts come from an invitation sent to that very address: it is verified
ACCOUNT_CHANGE_EMAIL = True  # a new address takes the place of the old one once it is confirmed
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
# Tries of secrets are limited by account (members.sign_in); the library would lock out everybody behind an address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reset_password": "5/h/key,300/h/ip",
    "reset_password_from_key": "600/h/ip",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_ADAPTER = "partnership.members.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "partnership.members.second_factor.AuthenticateForm",
    "reauthenticate": "partnership.members.second_factor.ReauthenticateForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # there is nothing to guess
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Prevention partnership"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Every role that sees people needs a second factor. The demo switches it off, and its pages say so.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=PRODUCTION)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# The second is of accounts from before; their next sign-in seals theirs. The third is for partner systems' secrets alone.
PASSWORD_HASHERS = [
    "partnership.members.passwords.SealedHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "partnership.api.client_secrets.ClientSecretHasher",
]
if PORTAL_ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
SESSION_COOKIE_AGE = 60 * 60 * 10  # a working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "partnership.project.error_pages.csrf_failure"
# PORTAL_HTTP=1 serves production settings without TLS in front: only for trying docker compose on one machine.
SECURE = PRODUCTION and not env.bool("PORTAL_HTTP", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
# How many proxies stand before the portal and tell in X-Forwarded-For who called them: limits count by that address.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=300 * 1024 * 1024)

# --- Language, time, static files --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fi", _("Finnish")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Helsinki"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PORTAL_ENV == "test" or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# What people upload lies encrypted in the database; or in a store with the API of S3: s3://bucket/folder?endpoint=https://…&region=…
# Copies of backups lie there, too.
if FILES_URL := env("FILES_URL", default=""):
    _store = urlsplit(FILES_URL)
    _terms = dict(parse_qsl(_store.query))
    STORAGES["files"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _store.hostname,
            "location": _store.path.strip("/"),
            "endpoint_url": _terms.get("endpoint"),
            "region_name": _terms.get("region"),
            "addressing_style": "path" if "endpoint" in _terms else "auto",
            "access_key": env("FILES_ACCESS_KEY"),
            "secret_key": env("FILES_SECRET_KEY"),
            "file_overwrite": True,  # names are new each time: nobody need ask first
        },
    }
WHITENOISE_USE_FINDERS = PORTAL_ENV == "test" or DEBUG
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS  # else each client of a test would look through all static files first
FORMAT_MODULE_PATH = "partnership.pages.formats"

# --- API -----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "partnership.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "partnership.api.schema.PortalSchema",
    "URL_FORMAT_OVERRIDE": None,  # the Accept header says it
    "DATETIME_FORMAT": None,  # the renderer writes moments, in UTC with Z
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["partnership.api.parsers.ShallowJSONParser"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Prevention partnership API",
    "VERSION": VERSION,  # of the portal that answers; the version of the contract stands in the address, /api/v1
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "What partner systems can read and write. The guides: /api/v1/guides.",
    "CONTACT": {"name": "The partnership’s coordination office"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": ["partnership.api.schema.complete"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
# After so many days managers are reminded to make a new secret for a partner's system.
CLIENT_SECRET_DAYS = env.int("CLIENT_SECRET_DAYS", default=365)
OAUTH2_PROVIDER_APPLICATION_MODEL = "partnership.Credential"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # client credentials, nothing else
    "OAUTH2_VALIDATOR_CLASS": "partnership.api.tokens.ClientValidator",
    "CLIENT_SECRET_HASHER": "client_secret",
    "SCOPES_BACKEND_CLASS": "partnership.api.scopes.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # a token is stored as its hash
    # What the library offers beside client credentials, switched off.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
# Where somebody who must leave the public pages at once is taken: an everyday site, outside the portal.
QUICK_EXIT_URL = env("QUICK_EXIT_URL", default="https://www.ilmatieteenlaitos.fi/")
# After so many years in which nothing happened with a person, the portal proposes to erase what it holds.
RETENTION_YEARS = env.float("RETENTION_YEARS", default=5)
# So many years the log of reads and the history of changes are kept.
LOG_KEEP_YEARS = env.float("LOG_KEEP_YEARS", default=12)
# While this file exists, every page says that the portal is being looked after.
MAINTENANCE_FILE = Path(env("MAINTENANCE_FILE", default=str(VAR / "maintenance")))
# With this token in its header Authorization (Bearer …) Prometheus reads /metrics; without it nobody does.
METRICS_TOKEN = env("METRICS_TOKEN", default="")
# Backups: for which public keys (of age) they are encrypted, where they are written, how long they are kept.
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])
BACKUP_DIR = Path(env("BACKUP_DIR", default=str(VAR / "backups")))
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=30)
# Networks beside the public internet that webhooks may call: none, but for trying it on one machine.
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=[])

# Where the collector of OpenTelemetry takes traces (OTLP over HTTP, …/v1/traces). Without it none are made.
OTLP_URL = env("OTLP_URL", default="")

# --- Log: to standard output, with no personal data in it ----------------------------------------------------------------
LOG_FORMAT = env("LOG_FORMAT", default="line")
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured("LOG_FORMAT is one of: line, json.")
LOGGING_CONFIG = "partnership.project.log.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "partnership.project.log.AsJson"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery": {"level": "WARNING"},
        "altair": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W016"] if not SECURE else []
