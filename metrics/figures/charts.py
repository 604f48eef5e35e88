"""Chart specifications (Vega-Lite, by Altair), drawn on the server. Each stands beside a table of the same figures.

Colours: Okabe and Ito's palette, which people with any colour vision can tell apart; lines differ by dash as well, so
that a greyscale print can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple, TypedDict

import altair as alt
import vl_convert
from django.utils.translation import gettext as _

from partnership.pages.number_format import percent, plain


class IntervalRow(TypedDict):
    """A line of `intervals`: a share from 0 to 1 (or a difference of shares) with its 95 % interval."""

    label: str
    rate: float
    lower: float
    upper: float


class SeriesRow(TypedDict):
    """A month of one series; `value` None where it is under 5."""

    month: date
    series: str
    value: float | None


VEGA_LITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])

VERSION = 4
"""Changes when the same figures would be drawn differently: drawings are kept."""
INK = {"light": "#1f2937", "dark": "#e5e7eb"}
FAINT = {"light": "#d6dbe1", "dark": "#3b4657"}
PALETTE = {
    "light": ["#0072b2", "#d55e00", "#595959", "#007a5a"],
    "dark": ["#56b4e9", "#e69f00", "#c9c9c9", "#2fc49a"],
}
DASHES = [[1, 0], [6, 3], [2, 2], [9, 2, 2, 2]]
WIDTHS = {"wide": 680, "narrow": 300}
"""On a desk, and on a phone, where labels take less of it."""


def _specification(chart: Any, theme: str, *, narrow: bool) -> dict[str, Any]:
    """The chart in the theme's colours and the page's letters, as Vega-Lite."""
    ink, faint = INK[theme], FAINT[theme]
    configured = (
        chart.configure(
            font="sans-serif",
            background="transparent" if theme == "dark" else "white",
            # Room at the sides: readers' letters are wider than those that the drawing is measured with.
            padding={"left": 5 if narrow else 40, "right": 24, "top": 5, "bottom": 5},
        )
        .configure_axis(
            labelColor=ink,
            titleColor=ink,
            gridColor=faint,
            domainColor=faint,
            tickColor=faint,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=130 if narrow else 320,
        )
        .configure_axisXQuantitative(labelOverlap="greedy", labelSeparation=8)
        .configure_legend(
            labelColor=ink,
            titleColor=ink,
            labelFontSize=12,
            orient="top",
            symbolType="stroke",
            labelLimit=400,
            columnPadding=32,
            columns=1 if narrow else 4,
        )
        .configure_view(stroke=None)
    )
    specification: dict[str, Any] = configured.to_dict()
    return specification


def _data(rows: list[dict[str, Any]]) -> alt.Data:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def width(narrow: bool) -> int:
    """Of the drawing without its axis, in pixels."""
    return WIDTHS["narrow" if narrow else "wide"]


def to_svg(chart: Any, theme: str, *, narrow: bool = False) -> str:
    """The drawing of a chart of this module; `theme`: light or dark; `narrow`: for a phone."""
    return vl_convert.vegalite_to_svg(_specification(chart, theme, narrow=narrow), vl_version=VEGA_LITE)


def to_png(chart: Any, theme: str) -> bytes:
    """The same in twice the size, for a slide or a page of print."""
    return vl_convert.vegalite_to_png(_specification(chart, theme, narrow=False), vl_version=VEGA_LITE, scale=2)


def _lines(names: Sequence[str], theme: str) -> dict[str, Any]:
    """Colour and dash of each named line: either tells them apart."""
    scale: dict[str, Any] = {"domain": list(names)}
    legend: dict[str, Any] = {} if len(names) > 1 else {"legend": None}
    colors, dashes = (alt.Scale(range=values[: len(names)], **scale) for values in (PALETTE[theme], DASHES))
    return {
        "color": alt.Color("series:N", title=None, sort=list(names), scale=colors, **legend),
        "strokeDash": alt.StrokeDash("series:N", title=None, sort=list(names), scale=dashes, **legend),
    }


def _named_lines(order: Sequence[str], *, narrow: bool) -> alt.Y:
    """A line for each name, which stands beside it; on a phone above it (`_names_above`), where it is not cut off."""
    axis = None if narrow else alt.Axis(ticks=False, domain=False, labelPadding=8)
    return alt.Y("label:N", sort=list(order), title=None, axis=axis)


def _names_above(base: Any, y: alt.Y, theme: str) -> Any:
    return base.mark_text(align="left", baseline="bottom", dy=-9, fontSize=12, limit=WIDTHS["narrow"]).encode(
        y=y, x=alt.value(4), text="label:N", color=alt.value(INK[theme])
    )


def intervals(rows: Sequence[IntervalRow], *, theme: str, title: str, narrow: bool = False) -> Any:
    """Rates with their 95 % intervals, a line each, in the given order (a forest plot)."""
    data = _data([dict(row) for row in rows])
    y = _named_lines([row["label"] for row in rows], narrow=narrow)
    x = alt.X("lower:Q", title=title, axis=alt.Axis(format="%", tickCount=6))
    base = alt.Chart(data, width=WIDTHS["narrow"] if narrow else 520, height={"step": 44 if narrow else 30})
    rule = base.mark_rule(color=PALETTE[theme][0], strokeWidth=3, opacity=0.55).encode(y=y, x=x, x2="upper:Q")
    dot = base.mark_point(color=PALETTE[theme][0], filled=True, size=80, opacity=1).encode(y=y, x=alt.X("rate:Q"))
    zero = alt.Chart(_data([{"x": 0}])).mark_rule(color=INK[theme], strokeWidth=1).encode(x="x:Q")
    names = (_names_above(base, y, theme),) if narrow else ()
    return alt.layer(zero, rule, dot, *names)


def _months(months: Sequence[date], *, narrow: bool) -> alt.Axis:
    """Ticks of a time axis that have room for their labels: on a phone the years, where there are several."""
    years = max(months).year - min(months).year if months else 0
    if narrow and years > 1:
        return alt.Axis(format="%Y", tickCount="year", labelOverlap="greedy", grid=False)
    return alt.Axis(format="%m/%Y", tickCount=4 if narrow else 6, labelOverlap="greedy", grid=False)


class Heading(NamedTuple):
    """What a chart says above itself: its finding, and what it is of and where it comes from."""

    finding: str
    source: str


def headed(chart: Any, heading: Heading, theme: str, *, narrow: bool) -> Any:
    """The chart below its finding and its source."""
    return chart.properties(
        title=alt.TitleParams(
            text=wrap(heading.finding, 34 if narrow else 74),
            subtitle=wrap(heading.source, 46 if narrow else 100),
            anchor="start",
            frame="bounds",
            color=INK[theme],
            subtitleColor=INK[theme],
            fontSize=14,
            subtitleFontSize=11,
            subtitlePadding=6,
            offset=12,
        )
    )


def series(rows: Sequence[SeriesRow], heading: Heading, *, title: str, theme: str, narrow: bool = False) -> Any:
    """Monthly series as lines; a month under 5 is a gap."""
    values = [{"month": row["month"].isoformat(), "series": row["series"], "value": row["value"]} for row in rows]
    names = list(dict.fromkeys(row["series"] for row in rows))
    chart = (
        alt.Chart(_data(values), width=width(narrow), height=260)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14), invalid="break-paths-show-path-domains")
        .encode(
            x=alt.X("month:T", title=None, axis=_months([row["month"] for row in rows], narrow=narrow)),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=4)),
            **_lines(names, theme),
        )
    )
    return headed(chart, heading, theme, narrow=narrow)


class ExpectedRow(TypedDict):
    """A month of the pilot districts at an intervention, and of the comparison districts: rates; None where there is none."""

    month: date
    pilot: float | None
    comparison: float | None
    expected: float
    lower: float
    upper: float


def expected(
    rows: Sequence[ExpectedRow],
    names: tuple[str, str, str],
    heading: Heading,
    *,
    title: str,
    start: date,
    theme: str,
    narrow: bool = False,
) -> Any:
    """The pilot districts' months, what the time before leads to expect since the start with its 95 % band, and the comparison
    districts; `names` of these three lines in this order."""
    pilot, without, comparison = names
    lines = [
        {"month": row["month"].isoformat(), "series": name, "value": value}
        for row in rows
        for name, value in (
            (pilot, row["pilot"]),
            (without, row["expected"] if row["month"] >= start.replace(day=1) else None),
            (comparison, row["comparison"]),
        )
    ]
    drawn = [name for name in names if any(line["series"] == name and line["value"] is not None for line in lines)]
    band = [
        {"month": row["month"].isoformat(), "lower": row["lower"], "upper": row["upper"]}
        for row in rows
        if row["month"] >= start.replace(day=1)
    ]
    highest = max(float(str(line["value"])) for line in lines if line["value"] is not None)
    x = alt.X("month:T", title=None, axis=_months([row["month"] for row in rows], narrow=narrow))
    scale = alt.Scale(domain=[0, 1.25 * highest], nice=False)
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=4))
    size: dict[str, Any] = {"width": width(narrow), "height": 280}
    colors = _lines(drawn, theme)
    area = (
        alt.Chart(_data(band), **size)
        .mark_area(color=PALETTE[theme][1], opacity=0.18, clip=True)
        .encode(x=x, y=alt.Y("lower:Q", title=title, scale=scale), y2="upper:Q")
    )
    line = (
        alt.Chart(_data([line for line in lines if line["series"] in drawn]), **size)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=10), invalid="break-paths-show-path-domains", clip=True)
        .encode(x=x, y=y, **colors)
    )
    chart = alt.layer(area, line, *_start(start, theme))
    return headed(chart, heading, theme, narrow=narrow)


def _start(start: date, theme: str) -> tuple[Any, Any]:
    mark = alt.Chart(_data([{"month": start.isoformat(), "text": _("start")}])).encode(x="month:T")
    return (
        mark.mark_rule(color=INK[theme], strokeDash=[4, 3], strokeWidth=1.5),
        mark.mark_text(align="left", dx=5, color=INK[theme]).encode(text="text:N", y=alt.value(8)),
    )


class IndexRow(TypedDict):
    """A month of one panel: its rate, and that of the twelve months up to it, as percentages of the first year's."""

    panel: str
    month: date
    value: float | None
    year: float | None


def multiples(
    rows: Sequence[IndexRow],
    starts: Sequence[tuple[str, date]],
    heading: Heading,
    *,
    theme: str,
    narrow: bool = False,
) -> Any:
    """A small chart a panel, all on one scale: months thin, twelve months thick, the first year's level as a line at 100;
    `starts` marks in a panel the day on which something began."""
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    values: list[dict[str, Any]] = [{**row, "month": row["month"].isoformat()} for row in rows]
    values += [{"panel": panel, "start": day.isoformat()} for panel, day in starts]
    values += [{"panel": panel, "hundred": 100} for panel in panels]
    highest = max([row["value"] or 0 for row in rows] + [120]) * 1.02
    months = [row["month"] for row in rows]
    axis = alt.Axis(format="%Y", values=[f"{year}-01-01" for year in _few_years(months)], grid=False)
    x = alt.X("month:T", title=None, axis=axis)
    scale = alt.Scale(domain=[0, highest], nice=False)
    y = alt.Axis(tickCount=3, title=None)
    base = alt.Chart(width=width(narrow) - 30 if narrow else 182, height=110)
    color = PALETTE[theme][0]
    layers = alt.layer(
        base.mark_rule(color=INK[theme], opacity=0.5).encode(y=alt.Y("hundred:Q", scale=scale, axis=y)),
        base.mark_line(color=color, opacity=0.3, strokeWidth=1, clip=True).encode(x=x, y=alt.Y("value:Q", scale=scale)),
        base.mark_line(color=color, strokeWidth=2.5, clip=True).encode(x=x, y=alt.Y("year:Q", scale=scale)),
        base.mark_rule(color=PALETTE[theme][1], strokeDash=[4, 3], strokeWidth=2).encode(x="start:T"),
        data=_data(values),
    )
    header = alt.Header(
        title=None, labelColor=INK[theme], labelFontSize=13, labelAnchor="start", labelLimit=400, labelFontWeight="bold"
    )
    # Room between them, so that the last year of one doesn't touch the first year of the next.
    chart = layers.facet(alt.Facet("panel:N", sort=panels, header=header), columns=1 if narrow else 3, spacing=34)
    return headed(chart, heading, theme, narrow=narrow)


def _few_years(months: Sequence[date]) -> list[int]:
    """Every second January, so that the labels of a small chart don't touch."""
    return list(range(min(months).year + 1, max(months).year + 1, 2))


def survival(curves: Sequence[tuple[str, Sequence[Sequence[float]]]], *, theme: str, narrow: bool = False) -> Any:
    """Shares not rearrested through the windows, joined, with their intervals: each a name and points (month, share, lower, upper,
    …)."""
    values = [
        {"series": name, "month": month, "survival": share, "lower": lower, "upper": upper}
        for name, points in curves
        for month, share, lower, upper, *_ in points
    ]
    names = [name for name, _ in curves]
    base = alt.Chart(_data(values), width=width(narrow), height=280)
    x = alt.X(
        "month:Q", title=_("Months since the index date"), axis=alt.Axis(values=[0, 6, 12, 24, 36, 48, 60], grid=False)
    )
    y: dict[str, Any] = {
        "scale": alt.Scale(domain=[0, 1]),
        "axis": alt.Axis(format="%"),
        "title": _("Not arrested again"),
    }
    band = base.mark_area(opacity=0.18, strokeWidth=0).encode(
        x=x, y=alt.Y("lower:Q", **y), y2="upper:Q", color=_lines(names, theme)["color"]
    )
    line = base.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=40)).encode(
        x=x, y=alt.Y("survival:Q", **y), **_lines(names, theme)
    )
    return band + line


def balance(rows: Sequence[tuple[str, float, float]], *, theme: str, narrow: bool = False) -> Any:
    """Standardised differences of each covariate before and after weighting; the band is what counts as balanced."""
    before, after = _("before weighting"), _("after weighting")
    values = [
        {"label": name, "when": when, "difference": abs(value)}
        for name, first, second in rows
        for when, value in ((before, first), (after, second))
    ]
    scale = alt.Scale(domain=[before, after], range=[PALETTE[theme][1], PALETTE[theme][0]])
    shape = alt.Scale(domain=[before, after], range=["cross", "circle"])
    y = _named_lines([name for name, *_ in rows], narrow=False)  # short names: beside the lines on a phone too
    base = alt.Chart(_data(values), width=170 if narrow else 480, height={"step": 18})
    dots = base.mark_point(size=60, filled=True, opacity=1).encode(
        y=y,
        x=alt.X("difference:Q", title=_("Standardised difference (absolute)")),
        color=alt.Color("when:N", title=None, scale=scale),
        shape=alt.Shape("when:N", title=None, scale=shape),
    )
    limit = alt.Chart(_data([{"x": 0.1}])).mark_rule(strokeDash=[4, 3], color=INK[theme]).encode(x="x:Q")
    return dots + limit


def funnel(rows: Sequence[tuple[str, int]], heading: Heading, *, theme: str, narrow: bool = False) -> Any:
    """How many are left after each step, as bars with their numbers and shares of the first."""
    first = max(1, rows[0][1])
    data = _data(
        [
            {"label": label, "count": count, "text": f"{plain(count)} · {percent(count / first, 0)}"}
            for label, count in rows
        ]
    )
    y = _named_lines([label for label, _ in rows], narrow=narrow)
    # Room for the numbers behind the longest bar, in place of an axis that says less.
    scale = alt.Scale(domain=[0, first * (1.5 if narrow else 1.25)], nice=False)
    x = alt.X("count:Q", title=None, axis=None, scale=scale)
    base = alt.Chart(data, width=WIDTHS["narrow"] if narrow else 560, height={"step": 44 if narrow else 34})
    bars = base.mark_bar(color=PALETTE[theme][0], size=14 if narrow else 22).encode(y=y, x=x)
    numbers = base.mark_text(align="left", dx=6, color=INK[theme], fontSize=12).encode(y=y, x=x, text="text:N")
    names = (_names_above(base, y, theme),) if narrow else ()
    return headed(alt.layer(bars, numbers, *names), heading, theme, narrow=narrow)
