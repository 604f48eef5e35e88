"""How many people a cohort is taken from, while it is being chosen.

Only numbers that the newest release shows anyway are added up: the protected number of participants of each programme. The people of
a selection by traits are counted nowhere before it is saved: whoever could ask for any number of such counts would find two that
differ by one person, past the six that `metrics.cohorts.budget` allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metrics.cohorts.selection import ENOUGH_FOR_TWO, MOST_DIMENSIONS, Selection
from metrics.permissions import visible_results
from metrics.recidivism.models import CareResult
from metrics.runs.models import Run
from partnership.isolation.acting import Acting
from programs.catalogue.models import Programme


@dataclass(frozen=True)
class Participants:
    """Of each programme in sight, the number of participants that a release shows."""

    of_programme: dict[int, int]

    @classmethod
    def of(cls, run: Run | None, acting: Acting) -> Participants:
        """Of the programmes that the acting partner may see; none before the first release."""
        rows = CareResult.objects.filter(visible_results(acting), run=run, cohort=None, programme__isnull=False)
        return cls({programme: people or 0 for programme, people in rows.values_list("programme", "participants")})

    def among(self, programmes: Iterable[Programme]) -> int:
        """The sum over programmes; somebody in two of them counts twice."""
        return sum(self.of_programme.get(programme.pk, 0) for programme in programmes)


@dataclass(frozen=True)
class Taken:
    """What the choices so far come to: of so many people in so many programmes, by so many traits."""

    people: int
    programmes: int
    traits: int

    @property
    def has_too_many_traits(self) -> bool:
        """More than two at once."""
        return self.traits > MOST_DIMENSIONS

    @property
    def is_too_fine(self) -> bool:
        """Two traits of too few people."""
        return self.traits == MOST_DIMENSIONS and self.people < ENOUGH_FOR_TWO


def taken(selection: Selection, participants: Participants) -> Taken:
    """What a selection that is not saved yet is taken from. One query."""
    in_selection = Programme.objects.all()
    for field, values in (("pk", selection.programmes), ("partner", selection.partners), ("kind", selection.kinds)):
        if values:
            in_selection = in_selection.filter(**{f"{field}__in": values})
    in_sight = [programme for programme in in_selection if programme.pk in participants.of_programme]
    return Taken(participants.among(in_sight), len(in_sight), len(selection.dimensions))
