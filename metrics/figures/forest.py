"""Differences with their intervals, a block a programme: what was found stands in words above each block and beside each line."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import altair as alt
from django.utils.translation import gettext as _

from metrics.figures.charts import FAINT, INK, PALETTE, WIDTHS, Heading, headed


class Line(NamedTuple):
    """A difference in percentage points with its 95 % interval, None where there is no estimate; `look`: its verdict's code."""

    label: str
    said: str
    look: str
    difference: float | None
    lower: float | None
    upper: float | None


class Block(NamedTuple):
    """A programme, or a kind of programmes, with its lines."""

    title: str
    lines: Sequence[Line]


class _Sizes(NamedTuple):
    """In pixels: the drawing, and where words beside its lines begin (None: they stand in the table alone)."""

    width: int
    right: int | None


WIDE, NARROW = _Sizes(880, 680), _Sizes(WIDTHS["narrow"] + 40, None)
GROUND = {"light": "#ffffff", "dark": "#182433"}
"""What a hollow point is filled with."""
LETTER = 7
"""Pixels that a letter takes, with room to spare."""
ABOVE, LINE, GAP = 20, 24, 14
"""Pixels of a line of a block's title, of a line of the plot, and between blocks."""
STEPS = (2, 5, 10, 20, 25, 50, 100)
LEAST = 5.0
"""Percentage points that the axis holds at least on either side: a narrow interval is not blown up."""


def forest(blocks: Sequence[Block], heading: Heading, *, theme: str, narrow: bool = False) -> Any:
    """A forest plot. Lines that say lower or higher are coloured and full; those that could be chance are grey and hollow."""
    sizes = NARROW if narrow else WIDE
    left = 16 + LETTER * max(len(line.label) for block in blocks for line in block.lines)
    colors = {"lower": PALETTE[theme][0], "higher": PALETTE[theme][1]}
    marks: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    down_rules: list[tuple[float, float]] = []
    y = 34  # below the words for both directions
    for block in blocks:
        for text in wrap(block.title, sizes.width // LETTER):
            titles.append({"y": y, "text": text})
            y += ABOVE
        for line in block.lines:
            of_verdict = colors.get(line.look, PALETTE[theme][2])
            fill = of_verdict if line.look in colors else GROUND[theme]
            marks.append({"y": y + 2, "color": of_verdict, "fill": fill, **line._asdict()})
            if line.difference is not None:
                down_rules.append((y + 2 - LINE / 2, y + 2 + LINE / 2))
            y += LINE
        y += GAP
    bounds = [abs(end) for mark in marks for end in (mark["lower"], mark["upper"]) if end is not None]
    furthest = max([LEAST, *bounds])
    end = sizes.right - 20 if sizes.right else sizes.width
    across = alt.Scale(domain=[-furthest, furthest], range=[left, end], nice=False, zero=False)
    down = alt.Scale(domain=[0, y], range=[0, y], nice=False, zero=False)
    sign = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + abs(datum.value)"
    ticks = _ticks(furthest, on_either_side=1 if narrow else 2)
    axis = alt.Axis(labelExpr=sign, values=ticks, grid=False, orient="top", domain=False, ticks=False, title=None)
    ink = INK[theme]
    size: dict[str, Any] = {"width": sizes.width, "height": y}

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=across, axis=axis)

    at = alt.Y("y:Q", scale=down, axis=None)
    lines = alt.Chart(_data(marks), **size).encode(y=at)
    # At the intervals alone, so that they cross neither a title nor the words in the place of a missing one.
    grid = alt.Chart(
        _data(
            [
                {"x": tick, "y": top, "end": end, "color": FAINT[theme] if tick else ink}
                for tick in ticks
                for top, end in down_rules
            ]
        ),
        **size,
    ).mark_rule()
    color = alt.Stroke("color:N", scale=None)
    there_is = lines.transform_filter("datum.difference !== null")
    words: dict[str, Any] = {"align": "left", "baseline": "middle", "fontSize": 12}
    layers = [
        grid.encode(x=x("x"), y=at, y2="end:Q", color=alt.Color("color:N", scale=None)),
        there_is.mark_rule(strokeWidth=3, opacity=0.6).encode(x=x("lower"), x2="upper:Q", stroke=color),
        there_is.mark_point(size=80, opacity=1, strokeWidth=2).encode(
            x=x("difference"), stroke=color, fill=alt.Fill("fill:N", scale=None)
        ),
        lines.mark_text(**words, color=ink).encode(x=alt.value(8), text="label:N"),
        alt.Chart(_data(titles), **size)
        .mark_text(align="left", baseline="middle", fontSize=13, fontWeight="bold", color=ink)
        .encode(x=alt.value(0), y=at, text="text:N"),
        *_directions((left + end) / 2, ink),
        *_beside(lines, left, sizes.right, words, ink),
    ]
    return headed(alt.layer(*layers), heading, theme, narrow=narrow)


def _ticks(furthest: float, on_either_side: int) -> list[int]:
    """Round numbers of points, nought among them, few enough for their labels not to touch."""
    step = next((step for step in STEPS if furthest / step < on_either_side + 1), STEPS[-1])
    count = int(furthest // step)
    return [step * number for number in range(-count, count + 1)]


def _beside(lines: Any, left: int, right: int | None, words: dict[str, Any], ink: str) -> list[Any]:
    """What each line says in words: beside it, where there is room; else only why there is no line, in its place."""
    if right is None:
        without = lines.transform_filter("datum.difference === null")
        return [without.mark_text(**words, color=ink, fontStyle="italic").encode(x=alt.value(left), text="said:N")]
    return [lines.mark_text(**words, color=ink).encode(x=alt.value(right), text="said:N")]


def _directions(zero: float, ink: str) -> list[Any]:
    """Which side is which, above the lines, on either side of no difference."""
    base: Any = alt.Chart(_data([{}]))
    return [
        base.mark_text(align=align, baseline="middle", fontSize=12, color=ink).encode(
            x=alt.value(zero + away), y=alt.value(10), text=alt.value(text)
        )
        for align, away, text in (("right", -10, _("← fewer arrested again")), ("left", 10, _("more →")))
    ]


def _data(rows: list[dict[str, Any]]) -> alt.Data:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]
