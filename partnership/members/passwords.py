"""Hashes of passwords, sealed: every page may read the row of every account, and a dump holds them all."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from partnership.isolation import encryption


class SealedHasher(PBKDF2PasswordHasher):
    """PBKDF2, with its result encrypted under FIELD_KEYS: without the key nobody tries passwords against it."""

    algorithm = "sealed_pbkdf2"
    inner = PBKDF2PasswordHasher()

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return f"{self.algorithm}${encryption.encrypt(self.inner.encode(password, salt, iterations))}"

    def _opened(self, encoded: str) -> str:
        return encryption.decrypt(encoded.split("$", 1)[1])

    def decode(self, encoded: str) -> dict[str, Any]:
        return self.inner.decode(self._opened(encoded)) | {"algorithm": self.algorithm}

    def verify(self, password: str, encoded: str) -> bool:
        return self.inner.verify(password, self._opened(encoded))

    def must_update(self, encoded: str) -> bool:
        return self.inner.must_update(self._opened(encoded))

    def harden_runtime(self, password: str, encoded: str) -> None:
        self.inner.harden_runtime(password, self._opened(encoded))
