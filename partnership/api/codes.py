"""Enumerations by name, for /api/v1/codes: each app adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

Choices = Sequence[tuple[Any, Any]]

CODES: dict[str, Choices | Callable[[], Choices]] = {}
"""Code and label of each value; a function where they are known only when all apps are there."""


def all_codes() -> dict[str, dict[str, str]]:
    """Enumeration → code → label in the active language. An empty code stands for “not said” and has no label of its own."""
    return {
        name: {str(code): str(label) for code, label in (choices() if callable(choices) else choices) if code != ""}
        for name, choices in sorted(CODES.items())
    }


@cache
def _values() -> dict[str, frozenset[str]]:
    """Enumeration → its codes; the same in each language."""
    return {name: frozenset(labels) for name, labels in all_codes().items()}


def enumeration_of(values: Sequence[Any]) -> str:
    """The enumeration that has these values: all of its codes, or some. Empty where there is none."""
    codes = {str(value) for value in values if value not in ("", None)}
    names = [name for name, known in _values().items() if codes <= known]
    return min(names, key=lambda name: len(_values()[name]), default="")
