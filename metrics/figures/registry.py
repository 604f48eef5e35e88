"""Every figure that can be downloaded: what one is, and the function that makes it, by its name in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from metrics.quality.rests_on import RestsOn
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest


@dataclass
class Figure:
    """A figure as it is downloaded: a table, and a chart of the same numbers where there is one.

    `rests_on`: the police feeds behind it; None where it rests on none.
    `draw` takes a theme and whether it is for a phone, and returns a chart; None: there is nothing to draw. `title`: what the chart
    shows, for one that leaves its page and has no heading of its own.
    """

    name: str
    heading: list[Any]
    rows: list[list[Any]]
    run: Run | None
    draw: Callable[[str, bool], Any] | None = None
    notes: list[str] = field(default_factory=list)
    rests_on: RestsOn | None = None
    title: str = ""


FigureMaker = Callable[[PartnerRequest], Figure]
FIGURE_MAKERS: dict[str, FigureMaker] = {}


def figure(name: str) -> Callable[[FigureMaker], FigureMaker]:
    """Registers what makes the figure that can be downloaded as `name`. It sees what the request's acting partner may see."""

    def register(make_figure: FigureMaker) -> FigureMaker:
        FIGURE_MAKERS[name] = make_figure
        return make_figure

    return register
