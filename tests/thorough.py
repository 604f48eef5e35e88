"""How much of what could be tried is tried: in every run a part that differs from page to page, before a release all of it.

PORTAL_THOROUGH=1 tries all; see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

V = TypeVar("V")

THOROUGH = os.environ.get("PORTAL_THOROUGH") == "1"
TURNS = 3


def turns(names: Iterable[str], values: Sequence[V], start: int = 0) -> Iterator[dict[str, V]]:
    """A value for each name, by turns: each name meets another value in each turn, and in all of them every value. In a usual run
    three turns, which another page begins elsewhere (`start`)."""
    names = list(names)
    for turn in range(len(values) if THOROUGH else min(TURNS, len(values))):
        yield {name: values[(start + number + turn) % len(values)] for number, name in enumerate(names)}
