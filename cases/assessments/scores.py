"""How the scores of an enrolment's assessments went, instrument by instrument, with a line that the server draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from cases.assessments.models import HIGHER_IS_BETTER, HIGHEST, Assessment

WIDTH, HEIGHT, EDGE = 240, 48, 5


@dataclass(frozen=True)
class Scores:
    """The scores of one instrument, oldest first."""

    instrument: str
    label: str
    highest: int
    higher_is_better: bool
    assessments: list[Assessment]

    @property
    def change(self) -> int | None:
        """The latest score less the first; None for a single one."""
        return self.assessments[-1].score - self.assessments[0].score if len(self.assessments) > 1 else None

    @property
    def is_better(self) -> bool | None:
        return None if not self.change else (self.change > 0) == self.higher_is_better

    @property
    def points(self) -> list[tuple[float, float]]:
        """The scores on a field of WIDTH by HEIGHT: time to the right, the instrument's range from bottom to top."""
        first = self.assessments[0].held_on
        days = max((self.assessments[-1].held_on - first).days, 1)
        return [
            (
                round(EDGE + (WIDTH - 2 * EDGE) * (assessment.held_on - first).days / days, 1),
                round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * assessment.score / self.highest, 1),
            )
            for assessment in self.assessments
        ]

    @property
    def line(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


def scores_of(assessments: Iterable[Assessment]) -> list[Scores]:
    """The assessments by instrument, each from the first on."""
    ordered = sorted(assessments, key=lambda assessment: (assessment.instrument, assessment.held_on))
    return [
        Scores(
            instrument,
            Assessment.Instrument(instrument).label,
            HIGHEST[instrument],
            instrument in HIGHER_IS_BETTER,
            list(group),
        )
        for instrument, group in groupby(ordered, key=lambda assessment: assessment.instrument)
    ]
