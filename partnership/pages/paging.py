"""Lists page by key: page ten thousand costs what page one costs, and a row that arrives meanwhile shifts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
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
        values = _decode(after, _place(queryset, order))
        queryset = queryset.filter(beyond(names, values, "lt" if descending else "gt"))
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    following = _encode([getattr(rows[-1], name) for name in names], _place(queryset, order)) if more else ""
    return KeyPage(rows, following, not after)


def beyond(names: list[str], values: list[Any], direction: str) -> Q:
    """(a, b) < (x, y), written so that the planner starts at x: a <= x and (a < x or b < y)."""
    if len(names) == 1:
        return Q(**{f"{names[0]}__{direction}": values[0]})
    first, rest = names[0], names[1:]
    return Q(**{f"{first}__{direction}e": values[0]}) & (
        Q(**{f"{first}__{direction}": values[0]}) | beyond(rest, values[1:], direction)
    )


def _place(queryset: QuerySet[M], order: Sequence[str]) -> str:
    """Of which list, in which order, a key is."""
    return f"list {queryset.model._meta.label} {' '.join(order)}"


def _encode(values: list[Any], place: str) -> str:
    plain = [v.isoformat() if hasattr(v, "isoformat") else v for v in values]
    return signing.dumps(plain, salt=place)


def _decode(key: str, place: str) -> list[Any]:
    """Signed, so that what is read is what was written: no other values ever reach the database."""
    try:
        values = signing.loads(key, salt=place)
    except signing.BadSignature:
        raise Http404(_("This page of the list does not exist.")) from None
    return [datetime.fromisoformat(v) if isinstance(v, str) and "T" in v else v for v in values]
