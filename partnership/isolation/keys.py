"""Secrets: from the environment in production; made once and kept under var/ when trying the portal out."""

from __future__ import annotations

import json
import secrets as random
from pathlib import Path

from cryptography.fernet import Fernet


def local(directory: Path) -> dict[str, str]:
    """The secrets of a portal that runs on embedded services: made at the first start, never committed."""
    path = directory / "secrets.json"
    saved: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    secrets = {
        "SECRET_KEY": random.token_urlsafe(64),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "INDEX_KEY": random.token_urlsafe(48),
        "PSEUDONYM_KEY": random.token_urlsafe(48),
        "FIGURES_KEY": random.token_urlsafe(48),
    }
    if secrets.keys() <= saved.keys():
        return saved
    secrets |= saved  # a newer version of the portal may need one more
    directory.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(secrets, indent=1))
    temporary.rename(path)
    return secrets
