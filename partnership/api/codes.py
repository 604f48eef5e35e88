"""Enumerations by name, for /api/v1/codes: each app adds its own."""

from __future__ import annotations

from typing import Any

CODES: dict[str, list[tuple[Any, Any]]] = {}
