"""Lists page by key: page ten thousand costs what page one costs, and a row that arrives meanwhile shifts nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

M = TypeVar("M", bound=Model)
PAGE_SIZE = 25


@dataclass
class KeyPage(Generic[M]):
    """One page of a list; `next_after` is the key of its last row when more follow."""

    rows: list[M]
    next_after: str
    is_first: bool


def page_by_key(queryset: QuerySet[M], order: Sequence[str], after: str = "", size: int = PAGE_SIZE) -> KeyPage[M]:
    """The rows after the given key in the given order; the last field of `order` is unique.

    All fields sort in the same direction ("-" before each, or before none), so that one row comparison with an index
    on them finds the place. Raises Http404 for a key that this list did not make.
    """
    descending = order[0].startswith("-")
    names = [name.lstrip("-") for name in order]
    if after:
        values = _decode(after, len(names))
        queryset = queryset.filter(beyond(names, values, "lt" if descending else "gt"))
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return KeyPage(rows, _encode([getattr(rows[-1], name) for name in names]) if more else "", not after)


def beyond(names: list[str], values: list[Any], direction: str) -> Q:
    """(a, b) < (x, y), written so that the planner starts at x: a <= x and (a < x or b < y)."""
    if len(names) == 1:
        return Q(**{f"{names[0]}__{direction}": values[0]})
    first, rest = names[0], names[1:]
    return Q(**{f"{first}__{direction}e": values[0]}) & (
        Q(**{f"{first}__{direction}": values[0]}) | beyond(rest, values[1:], direction)
    )


def _encode(values: list[Any]) -> str:
    plain = [v.isoformat() if hasattr(v, "isoformat") else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(key: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError
        return [datetime.fromisoformat(v) if isinstance(v, str) and "T" in v else v for v in values]
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Http404(_("This page of the list does not exist.")) from None
