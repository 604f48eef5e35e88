"""What a campaign reached, counted from its actions: people and impressions apart."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from programs.campaigns.models import CampaignAction


class Reach(NamedTuple):
    """Of a kind of action (or, with an empty label, of all): how many, and sums of what was counted; None where nothing was.

    `people`: who was there, counted once for each time; somebody who comes twice counts twice.
    """

    label: str
    actions: int
    people: int | None
    impressions: int | None
    engaged: int | None
    cost: Decimal | None


def reach_of(actions: Iterable[CampaignAction]) -> list[Reach]:
    """A row a kind, in the order of kinds, and one of all where there are several kinds."""
    rows = list(actions)
    kinds = [kind for kind in CampaignAction.Kind if any(row.kind == kind for row in rows)]
    by_kind = [_sum(str(kind.label), [row for row in rows if row.kind == kind]) for kind in kinds]
    return [*by_kind, _sum("", rows)] if len(by_kind) > 1 else by_kind


def _sum(label: str, rows: list[CampaignAction]) -> Reach:
    def total(field: str) -> int | None:
        counted = [value for row in rows if (value := getattr(row, field)) is not None]
        return sum(counted) if counted else None

    costs = [row.cost for row in rows if row.cost is not None]
    return Reach(
        label,
        len(rows),
        total("people"),
        total("impressions"),
        total("engaged"),
        sum(costs, Decimal(0)) if costs else None,
    )
