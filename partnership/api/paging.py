"""Lists: by key, stable while rows arrive, merged from several sources, and in step with what was deleted."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination

from partnership.api.models import Tombstone
from partnership.api.problems import WrongParameter
from partnership.api.serializers import Moment
from partnership.isolation.marks import Horizon
from partnership.pages.paging import beyond

MAX_SIZE = 500
SIZE = 50


class Page(NamedTuple):
    rows: list[Any]
    deleted: list[Tombstone]
    next_cursor: str


def page_of(sources: Sequence[QuerySet[Any]], order: str, cursor: str, size: int) -> Page:
    """The next rows of the sources, which have no row in common, merged in one order. One query for each kind of record.

    `order`: id, or changed_at or changed_in (then id), "-" before it for descending.
    """
    descending, field = order.startswith("-"), order.removeprefix("-")
    names = [field] if field == "id" else [field, "id"]
    if cursor:
        values = _values(cursor, order)
        condition = beyond(names, values, "lt" if descending else "gt")
        sources = [source.filter(condition) for source in sources]
    ordering = [f"-{name}" if descending else name for name in names]

    def key(row: Model) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in names)

    kinds: dict[type[Model], list[QuerySet[Any]]] = {}
    for source in sources:
        kinds.setdefault(source.model, []).append(source.order_by(*ordering)[: size + 1])
    sorted_rows = [
        list(first.union(*rest, all=True).order_by(*ordering)[: size + 1] if rest else first)
        for first, *rest in kinds.values()
    ]
    merged = list(heapq.merge(*sorted_rows, key=key, reverse=descending))
    rows, more = merged[:size], len(merged) > size
    following = signing.dumps([_plain(value) for value in key(rows[-1])], salt=f"page {order}") if more else ""
    return Page(
        [row for row in rows if not isinstance(row, Tombstone)],
        [row for row in rows if isinstance(row, Tombstone)],
        following,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _values(cursor: str, order: str) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=f"page {order}")
    except signing.BadSignature:
        raise WrongParameter({"cursor": [_("Not a cursor that this list gave, in this order.")]}) from None
    return [datetime.fromisoformat(value) if isinstance(value, str) else value for value in values]


class Since(serializers.CharField):
    """Since when: a moment, or the mark of an earlier reading."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        return Horizon.read(text) or Moment().run_validation(text)


class ListPages(BasePagination):
    """For the description: the shape of a page."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The address of the next page; null on the last.",
                },
                "deleted": {
                    "type": "array",
                    "description": "With `updated_since`: records that are gone since.",
                    "items": {
                        "type": "object",
                        "required": ["id", "deleted_at"],
                        "properties": {
                            "id": {"type": "integer"},
                            "deleted_at": {"type": "string", "format": "date-time"},
                        },
                    },
                },
                "synced_to": {
                    "type": "string",
                    "description": "With `updated_since`: its value for the next time. Keep that of the first page.",
                },
            },
        }
