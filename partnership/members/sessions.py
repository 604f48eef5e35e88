"""Sessions in the database, with the cache before it. The database shows them to sign-in alone (`signing_in`)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessions
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from partnership.isolation.acting import signing_in
from partnership.members.models import UserSession, hash_of_session


class SessionStore(CachedSessions):
    """As Django's, of `UserSession`; nor does the cache hold a key with which a session could be taken over."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    @property
    def cache_key(self) -> str:
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return f"{self.cache_key_prefix}{hash_of_session(key)}"

    def _get_session_from_db(self) -> Any:
        with signing_in():
            return super()._get_session_from_db()  # type: ignore[misc]

    def exists(self, session_key: str) -> bool:
        with signing_in():
            return bool(session_key) and DatabaseSessions.exists(self, session_key)

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        user = data.get(SESSION_KEY)
        row.user_id = int(user) if user else None
        return row

    def save(self, must_create: bool = False) -> None:
        with signing_in():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key is None:
            return
        with signing_in():
            DatabaseSessions.delete(self, session_key)
        self._cache.delete(f"{self.cache_key_prefix}{hash_of_session(session_key)}")  # type: ignore[attr-defined]
