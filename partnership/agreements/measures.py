"""How long approvals take: median days a kind of step, and a partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from partnership.agreements.models import ApprovalStep

LOOKED_AT = 2000
"""So many of the latest decisions are counted."""


class Taken(NamedTuple):
    """Of decided steps that have something in common: how many, the median of days from asking to the decision, and how many came
    after the day on which they were due."""

    label: str
    steps: int
    days: float
    late: int


def days_taken() -> tuple[list[Taken], list[Taken]]:
    """Of the latest decisions, the longest first: by what was asked, and by whom."""
    decided = ApprovalStep.objects.exclude(decision="").select_related("partner").order_by("-decided_at")[:LOOKED_AT]
    steps = list(decided)
    return _by(steps, lambda step: step.get_what_display()), _by(steps, lambda step: step.partner.name)


def _by(steps: list[ApprovalStep], label_of: Callable[[Any], str]) -> list[Taken]:
    groups: dict[str, list[ApprovalStep]] = defaultdict(list)
    for step in steps:
        groups[label_of(step)].append(step)
    taken = [
        Taken(
            label,
            len(group),
            round(median((s.decided_at - s.asked_at).total_seconds() / 86400 for s in group), 1),  # type: ignore[operator]
            sum(s.decided_at > s.due_at for s in group),  # type: ignore[operator]
        )
        for label, group in groups.items()
    ]
    return sorted(taken, key=lambda each: (-each.days, each.label))
