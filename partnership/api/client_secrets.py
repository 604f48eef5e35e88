"""How the secrets of partner systems are kept."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare


class ClientSecretHasher(BasePasswordHasher):
    """SHA-256, once. The portal makes these secrets, of 128 random characters: nobody guesses one, however quick a try is, and
    a slow hash would only let strangers keep the portal busy. Passwords are another matter: `members.passwords`.
    """

    algorithm = "client_secret"

    def salt(self) -> str:
        """None: no two secrets are the same."""
        return ""

    def encode(self, password: str, salt: str = "") -> str:
        return f"{self.algorithm}${hashlib.sha256(password.encode()).hexdigest()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, checksum = encoded.split("$", 1)
        return {"algorithm": algorithm, "hash": checksum, "salt": ""}

    def verify(self, password: str, encoded: str) -> bool:
        return constant_time_compare(self.encode(password), encoded)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Every secret takes as long as any other."""
