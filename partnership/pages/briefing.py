"""A coordinator's first page, as rooms declare it: what is found, which promises are kept least, what waits.

A room says its lines in its own `briefing.py`, which its app's `ready` imports; the page knows no room, and no room the page.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from partnership.isolation.acting import Acting


class Part(StrEnum):
    """Where on the page a line stands."""

    FINDING = "finding"
    PROMISE = "promise"
    WAITING = "waiting"


class Line(NamedTuple):
    """A line of the page. `address`: the page that it leads to; `title`: what it is about, `tag`: a word or number beside it, with
    its `look` (good, bad, wait)."""

    part: Part
    text: str
    address: str = ""
    title: str = ""
    tag: str = ""
    look: str = ""


Says = Callable[[Acting], list[Line]]
_SAY: list[tuple[int, Says]] = []


def says(order: int) -> Callable[[Says], Says]:
    """Registers a room's lines for the coordinator's first page, the smaller `order` first. It asks as many queries whatever there
    is, and none that grows with a table."""

    def register(say: Says) -> Says:
        _SAY.append((order, say))
        return say

    return register


def lines(acting: Acting) -> dict[str, list[Line]]:
    """What all rooms say, by part."""
    said = [line for _order, say in sorted(_SAY, key=operator.itemgetter(0)) for line in say(acting)]
    return {part.value: [line for line in said if line.part == part] for part in Part}
