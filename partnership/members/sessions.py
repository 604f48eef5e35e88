"""Sessions in the database, with the cache before it. The database shows them to sign-in alone (`signing_in`)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessions
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from partnership.isolation.acting import signing_in
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.policies import READ_AND_WRITE, SIGNING_IN, Grant, Policy


def hash_of(key: str) -> str:
    """Under which a session is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


class _Hashed(str):
    """A key as the database holds it."""


class HashedKeyField(models.CharField):  # type: ignore[type-arg] # Django's takes none when it runs
    """The key of a session, of which the database holds a hash: who reads it takes over no session."""

    def get_prep_value(self, value: Any) -> Any:
        return value if not value or isinstance(value, _Hashed) else hash_of(value)

    def from_db_value(self, value: str, expression: object, connection: object) -> str:
        return _Hashed(value)


class UserSession(AbstractBaseSession):
    """A browser's session. What it holds, who is signed in with it too, is encrypted."""

    session_key = HashedKeyField(max_length=64, primary_key=True)
    session_data = EncryptedTextField(owner="session_key")

    class Meta(AbstractBaseSession.Meta):
        app_label = "partnership"
        constraints = [
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="sign_in", role="web", using=SIGNING_IN),
        ]

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class SessionStore(CachedSessions):
    """As Django's, of `UserSession`; nor does the cache hold a key with which a session could be taken over."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    @property
    def cache_key(self) -> str:
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return f"{self.cache_key_prefix}{hash_of(key)}"

    def _get_session_from_db(self) -> Any:
        with signing_in():
            return super()._get_session_from_db()  # type: ignore[misc]

    def exists(self, session_key: str) -> bool:
        with signing_in():
            return bool(session_key) and DatabaseSessions.exists(self, session_key)

    def save(self, must_create: bool = False) -> None:
        with signing_in():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key is None:
            return
        with signing_in():
            DatabaseSessions.delete(self, session_key)
        self._cache.delete(f"{self.cache_key_prefix}{hash_of(session_key)}")  # type: ignore[attr-defined]
