"""What all comparisons in sight say together: a verdict a programme, and the average effect of the programmes of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.comparison.models import ComparisonResult
from metrics.permissions import visible_results
from metrics.runs.models import Run
from metrics.statistics.pooling import Average, Study, average
from partnership.isolation.acting import Acting
from partnership.members.models import Partner
from programs.catalogue.models import Programme

Group = ComparisonResult.Group
Verdict = ComparisonResult.Verdict
GROUPS = (Group.MATCHED, Group.NOT_ENROLLED, Group.BASELINE)
"""In the order in which they are shown."""


class ProgrammeVerdict(models.TextChoices):
    """What a programme's comparisons say together; the order is that of the page."""

    LOWER = "lower", _("Lower")
    MIXED = "mixed", _("Comparisons differ")
    CHANCE = "chance", _("Could be chance")
    HIGHER = "higher", _("Higher")
    NOT_COMPARABLE = "not_comparable", _("Cannot be compared")
    TOO_FEW = "too_few", _("Too few people")


def verdict_of_all(verdicts: Iterable[Verdict]) -> ProgrammeVerdict:
    """Lower (higher) where more than half of the comparisons that have an estimate say so and none says the opposite.

    One of three would be a favourite: without any effect, each is lower by chance in up to 2.5 of 100 programmes, so one of three in
    up to 7.5, but more than half of them in at most 3.75, however much the comparisons have in common.
    """
    said = list(verdicts)
    estimated: list[Verdict] = [
        verdict for verdict in said if verdict in (Verdict.LOWER, Verdict.HIGHER, Verdict.CHANCE)
    ]
    if not estimated:
        return ProgrammeVerdict.NOT_COMPARABLE if Verdict.NOT_COMPARABLE in said else ProgrammeVerdict.TOO_FEW
    for side, opposite in ((Verdict.LOWER, Verdict.HIGHER), (Verdict.HIGHER, Verdict.LOWER)):
        if 2 * estimated.count(side) > len(estimated) and opposite not in estimated:
            return ProgrammeVerdict(side.value)
    return ProgrammeVerdict.CHANCE if set(estimated) == {Verdict.CHANCE} else ProgrammeVerdict.MIXED


@dataclass(frozen=True)
class Effect:
    """A programme with all its comparisons in one window, in the order of `GROUPS`."""

    programme: Programme
    partner: Partner
    comparisons: list[ComparisonResult]

    @property
    def verdict(self) -> ProgrammeVerdict:
        """What its comparisons say together."""
        return verdict_of_all(comparison.verdict for comparison in self.comparisons)

    @property
    def mean_difference(self) -> float:
        """Of the comparisons that have an estimate, each counting alike; 0 without any. Orders programmes of one verdict."""
        differences = [c.difference for c in self.comparisons if c.difference is not None]
        return sum(differences) / len(differences) if differences else 0.0

    def against(self, group: str) -> ComparisonResult | None:
        """Its comparison with one group."""
        return next((c for c in self.comparisons if c.group == group), None)


def effects_of(run: Run, acting: Acting, *, months: int, offences: str) -> list[Effect]:
    """Every programme that the acting partner may see, with its comparisons in the window of so many months. One query."""
    comparisons = (
        run.comparisons.filter(visible_results(acting), window_months=months, offences=offences)
        .select_related("programme", "partner")
        .order_by("programme_id")
    )
    return [
        Effect(own[0].programme, own[0].partner, in_order(own))
        for _programme, rows in groupby(comparisons, key=lambda comparison: comparison.programme_id)
        for own in [list(rows)]
    ]


def in_order(comparisons: Iterable[ComparisonResult]) -> list[ComparisonResult]:
    """By group, as they are shown."""
    return sorted(comparisons, key=lambda comparison: GROUPS.index(Group(comparison.group)))


def _by_verdict(effect: Effect) -> tuple[Any, ...]:
    return list(ProgrammeVerdict).index(effect.verdict), effect.mean_difference, effect.programme.local_name


def _by_difference(group: str) -> Callable[[Effect], tuple[Any, ...]]:
    def key(effect: Effect) -> tuple[Any, ...]:
        comparison = effect.against(group)
        difference = comparison.difference if comparison else None
        return difference is None, difference or 0.0, effect.programme.local_name

    return key


ORDERS: dict[str, Callable[[Effect], tuple[Any, ...]]] = {
    "verdict": _by_verdict,
    "name": lambda effect: (effect.programme.local_name, effect.programme.pk),
    **{str(group.value): _by_difference(group.value) for group in GROUPS},
}
"""How the page can be sorted: by verdict, by name, by the difference to a comparison group (without one last)."""


class KindEffect(NamedTuple):
    """The average effect of the programmes of a kind against one group; `of`: how many of the `programmes` have an estimate."""

    kind: str
    group: Group
    average: Average
    of: int
    programmes: int

    @property
    def verdict(self) -> Verdict:
        """What the average says."""
        return Verdict.of(self.average.lower, self.average.upper)


def effects_by_kind(effects: Sequence[Effect]) -> list[KindEffect]:
    """For each kind of programme, the average over the participants of those that have an estimate, where two or more have one.

    The programme's own first year is not averaged: it tells how a programme changed, not whether a kind of programme works.
    """
    by_kind: dict[str, list[Effect]] = {}
    for effect in effects:
        by_kind.setdefault(str(effect.programme.get_kind_display()), []).append(effect)
    return [
        KindEffect(kind, group, average(studies), len(studies), len(own))
        for kind, own in sorted(by_kind.items())
        for group in (Group.MATCHED, Group.NOT_ENROLLED)
        for studies in [[study for effect in own for study in _study(effect.against(group))]]
        if len(studies) > 1
    ]


def _study(comparison: ComparisonResult | None) -> list[Study]:
    """The comparison as one of several; none without an estimate."""
    if comparison is None or comparison.difference_lower is None or comparison.difference_upper is None:
        return []
    return [
        Study(
            comparison.rate or 0.0,
            comparison.participants or 0,
            comparison.comparison_rate or 0.0,
            comparison.effective or 0.0,
            comparison.difference_lower,
            comparison.difference_upper,
        )
    ]
