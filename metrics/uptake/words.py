"""Who is diverted and who is left out, in words: the share, where cases are lost, and the groups that are reached less."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.protection.counts import shown_before
from metrics.protection.rates import Difference, Group, differences
from metrics.uptake.models import UptakeResult
from metrics.uptake.savings import Range, Savings
from partnership.pages.number_format import percent, plain

LABELS = {
    "eligible": gettext_lazy("Eligible"),
    "offered": gettext_lazy("Offered diversion"),
    "agreed": gettext_lazy("Agreed to it"),
    "visited": gettext_lazy("First visit"),
    "completed": gettext_lazy("Completed"),
}
"""The stages in their order; agreed is diverted."""


class Step(NamedTuple):
    """How many cases came to a stage, of all eligible ones, and how many of the stage before did not."""

    stage: str
    label: str
    cases: int
    of_eligible: float
    not_further: int


def funnel(result: UptakeResult) -> list[Step]:
    """The stages that are shown of a result."""
    steps: list[Step] = []
    before = result.eligible
    for stage, label in LABELS.items():
        count = getattr(result, stage)
        if count is not None:
            steps.append(
                Step(stage, str(label), count, count / result.eligible if result.eligible else 0.0, before - count)
            )
            before = count
    return steps


def share(result: UptakeResult) -> str:
    """The share diverted as a sentence; that there are too few cases where it is not shown."""
    if result.share is None:
        return _("Fewer than 30 cases were eligible: too few to tell a share.")
    return _("%(share)s of eligible cases were diverted (95 %% interval %(lower)s to %(upper)s).") % {
        "share": percent(result.share, 0),
        "lower": percent(result.share_lower or 0.0, 0),
        "upper": percent(result.share_upper or 0.0, 0),
    }


def sticking_point(steps: Sequence[Step]) -> str:
    """The step at which most cases are lost, as a sentence."""
    lost = [(step, before) for before, step in itertools.pairwise(steps)]
    if not lost:
        return ""
    step, before = max(lost, key=lambda pair: pair[0].not_further)
    sentence = {
        "offered": _("Most are lost before an offer: of %(of)s eligible, nobody wrote a referral for %(lost)s."),
        "agreed": _("Most are lost after the offer: %(lost)s of %(of)s did not agree, or were never sent."),
        "visited": _("Most are lost before the first visit: %(lost)s of %(of)s who agreed did not come in time."),
        "completed": _("Most are lost after the first visit: %(lost)s of %(of)s had not completed in time."),
    }[step.stage]
    return sentence % {"lost": plain(step.not_further), "of": plain(before.cases)}


class LeftOut(NamedTuple):
    """A group that is diverted less than the others of its kind, beyond chance."""

    result: UptakeResult
    difference: Difference

    def in_words(self, label: str) -> str:
        """For the group's label."""
        own, rest = self.difference.own, self.difference.rest
        return _("%(group)s: %(share)s diverted (%(lower)s to %(upper)s), %(others)s of the others.") % {
            "group": label,
            "share": percent(own.rate, 0),
            "lower": percent(own.lower, 0),
            "upper": percent(own.upper, 0),
            "others": percent(rest.rate, 0),
        }


UNKNOWN = "unknown"
"""The code of a sex or age that is not known: no group of people."""


def left_out(kinds: Sequence[Sequence[UptakeResult]]) -> list[LeftOut]:
    """Of one unit's results by district, by sex and by age: those diverted less than the others of their kind, furthest behind first."""
    told = [[result for result in kind if result.agreed is not None] for kind in kinds]
    compared = differences([[_group(result) for result in kind] for kind in told])
    behind = [
        LeftOut(result, difference)
        for kind, of_kind in zip(told, compared, strict=True)
        for result, difference in zip(kind, of_kind, strict=True)
        if difference and difference.upper < 0 and result.group != UNKNOWN
    ]
    return sorted(behind, key=lambda one: one.difference.own.rate - one.difference.rest.rate)


def _group(result: UptakeResult) -> Group:
    agreed = result.agreed or 0
    return Group(shown_before(agreed), shown_before(result.eligible - agreed))


def spared(settled: int, savings: Savings) -> str:
    """What the assumptions leave possible, and that it can't be told whether there is anything where they leave none possible."""
    sentence = _(
        "About %(settled)s diverted cases ended without a charge. If the assumptions below hold, that spared"
        " %(sessions)s court sessions and %(days)s days of imprisonment."
    ) % {"settled": plain(settled), "sessions": _from_to(savings.sessions), "days": _from_to(savings.days)}
    if savings.sessions.low and savings.days.low:
        return sentence
    return f"{sentence} {_('From none on: with these assumptions it can’t be told whether anything was spared.')}"


def _from_to(amount: Range) -> str:
    low, high = plain(amount.low), plain(amount.high)
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
