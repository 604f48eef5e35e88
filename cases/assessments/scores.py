"""How the assessments of an enrolment went, instrument by instrument, with charts that the server draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from cases.assessments.instruments import INSTRUMENTS, Band, Instrument, Item
from cases.assessments.models import Assessment

WIDTH, HEIGHT, EDGE = 240, 48, 5
"""Of the small line on the enrolment's page."""
CHART_WIDTH, CHART_HEIGHT, AXIS = 360, 190, 30
"""Of the chart with bands: the numbers stand left of AXIS."""


@dataclass(frozen=True)
class Stripe:
    """A band on the chart: from which y down, how high."""

    band: Band
    highest: int
    y: int
    height: int


@dataclass(frozen=True)
class Scores:
    """The totals of one instrument, oldest first, of a person of this sex (on which bands may depend)."""

    tool: Instrument
    assessments: list[Assessment]
    sex: str = ""

    @property
    def instrument(self) -> str:
        return self.tool.code

    @property
    def values(self) -> list[int]:
        """The totals: an instrument with a total has one each time."""
        return [assessment.score or 0 for assessment in self.assessments]

    @property
    def latest(self) -> Assessment:
        return self.assessments[-1]

    @property
    def band(self) -> Band | None:
        """What the latest total means."""
        return self.tool.band_of(self.values[-1], self.sex)

    @property
    def change(self) -> int | None:
        """The latest score less the first; None for a single one."""
        return self.values[-1] - self.values[0] if len(self.values) > 1 else None

    @property
    def is_better(self) -> bool | None:
        return None if not self.change else (self.change > 0) == self.tool.higher_is_better

    @property
    def points(self) -> list[tuple[float, float]]:
        """The scores on a field of WIDTH by HEIGHT: time to the right, the instrument's range from bottom to top."""
        return self._on_field(EDGE, WIDTH - EDGE, EDGE, HEIGHT - EDGE)

    @property
    def line(self) -> str:
        return _joined(self.points)

    @property
    def chart_points(self) -> list[tuple[float, float, int]]:
        """The scores on the chart with bands, each with its value."""
        places = self._on_field(AXIS + 12, CHART_WIDTH - 14, 14, CHART_HEIGHT - 8)
        return [(x, y, value) for (x, y), value in zip(places, self.values, strict=True)]

    @property
    def chart_line(self) -> str:
        return _joined([(x, y) for x, y, _value in self.chart_points])

    @property
    def stripes(self) -> list[Stripe]:
        """The bands on the chart, the highest first. A band takes in half of the step to its neighbours, so that no score lies on its edge."""
        bands = self.tool.bands_for(self.sex)
        stripes = []
        for band, above in zip(bands, [*bands[1:], None], strict=True):
            bottom = CHART_HEIGHT if band.lowest == 0 else round(self._chart_y(band.lowest - 0.5))
            top = 0 if above is None else round(self._chart_y(above.lowest - 0.5))
            highest = self.tool.highest if above is None else above.lowest - 1
            stripes.append(Stripe(band, highest, top, bottom - top))
        return stripes[::-1]

    @property
    def ticks(self) -> list[tuple[float, int]]:
        """Where the axis has a number: lowest and highest total, and where bands begin."""
        values = {0, self.tool.highest, *(band.lowest for band in self.tool.bands_for(self.sex))}
        return [(self._chart_y(value), value) for value in sorted(values)]

    def _chart_y(self, score: float) -> float:
        top, bottom = 14, CHART_HEIGHT - 8
        return round(bottom - (bottom - top) * score / self.tool.highest, 1)

    def _on_field(self, left: float, right: float, top: float, bottom: float) -> list[tuple[float, float]]:
        first = self.assessments[0].held_on
        days = max((self.latest.held_on - first).days, 1)
        return [
            (
                round(left + (right - left) * (assessment.held_on - first).days / days, 1),
                round(bottom - (bottom - top) * value / self.tool.highest, 1),
            )
            for assessment, value in zip(self.assessments, self.values, strict=True)
        ]


@dataclass(frozen=True)
class Area:
    """One area of a profile: its points the first and the latest time, and what the person said the latest time."""

    item: Item
    first: int
    latest: int
    need: str
    wish: str

    @property
    def change(self) -> int:
        return self.latest - self.first


@dataclass(frozen=True)
class Profile:
    """An instrument whose areas don't add up: each area's way from the first time to the latest."""

    tool: Instrument
    assessments: list[Assessment]

    @property
    def latest(self) -> Assessment:
        return self.assessments[-1]

    @property
    def areas(self) -> list[Area]:
        first, latest = self.assessments[0].answers, self.latest.answers
        return [
            Area(
                item,
                first[item.code]["points"],
                latest[item.code]["points"],
                latest[item.code].get("need", ""),
                latest[item.code].get("wish", ""),
            )
            for item in self.tool.items
        ]


def scores_of(assessments: Iterable[Assessment], sex: str = "") -> list[Scores]:
    """The assessments with a total, by instrument, each from the first on."""
    return [Scores(tool, of_tool, sex) for tool, of_tool in _by_instrument(assessments) if tool.has_total]


def profiles_of(assessments: Iterable[Assessment]) -> list[Profile]:
    """The assessments without a total by instrument, each from the first on."""
    return [Profile(tool, of_tool) for tool, of_tool in _by_instrument(assessments) if not tool.has_total]


def _by_instrument(assessments: Iterable[Assessment]) -> list[tuple[Instrument, list[Assessment]]]:
    ordered = sorted(assessments, key=lambda assessment: (assessment.instrument, assessment.held_on))
    by_code = {code: list(group) for code, group in groupby(ordered, key=lambda assessment: assessment.instrument)}
    return [(tool, by_code[code]) for code, tool in INSTRUMENTS.items() if code in by_code]


def _joined(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
