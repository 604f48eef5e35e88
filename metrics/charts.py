"""Chart specifications (Vega-Lite, by Altair), drawn as SVG on the server. Each stands beside a table of the same figures.

Colours: Okabe and Ito's palette, which people with any colour vision can tell apart; lines differ by dash as well, so
that a greyscale print can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

import altair as alt
import vl_convert
from django.utils.translation import gettext as _


class IntervalRow(TypedDict):
    label: str
    rate: float
    lower: float
    upper: float


class SeriesRow(TypedDict):
    month: date
    series: str
    value: float | None


VEGA_LITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])

INK = {"light": "#1f2937", "dark": "#e5e7eb"}
FAINT = {"light": "#d6dbe1", "dark": "#3b4657"}
PALETTE = {"light": ["#0072b2", "#d55e00", "#595959"], "dark": ["#56b4e9", "#e69f00", "#c9c9c9"]}
DASHES = [[1, 0], [6, 3], [2, 2]]


def _draw(chart: Any, theme: str) -> str:
    ink, faint = INK[theme], FAINT[theme]
    configured = (
        chart.configure(font="sans-serif", background="transparent")
        .configure_axis(
            labelColor=ink,
            titleColor=ink,
            gridColor=faint,
            domainColor=faint,
            tickColor=faint,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=260,
        )
        .configure_legend(labelColor=ink, titleColor=ink, labelFontSize=12, orient="top", symbolType="stroke")
        .configure_view(stroke=None)
    )
    return vl_convert.vegalite_to_svg(configured.to_dict(), vl_version=VEGA_LITE)


def intervals(rows: Sequence[IntervalRow], *, theme: str, width: int = 560) -> str:
    """Rates with their 95 % intervals, a line each, in the given order (a forest plot)."""
    data = alt.Data(values=[dict(row) for row in rows])
    order = [row["label"] for row in rows]
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    scale = alt.Scale(domainMin=0)
    x = alt.X("lower:Q", title=_("Rearrested, 95 % interval"), axis=alt.Axis(format="%"), scale=scale)
    base = alt.Chart(data, width=width, height={"step": 30})
    rule = base.mark_rule(color=PALETTE[theme][0], strokeWidth=3, opacity=0.55).encode(y=y, x=x, x2="upper:Q")
    dot = base.mark_point(color=PALETTE[theme][0], filled=True, size=80, opacity=1).encode(y=y, x=alt.X("rate:Q"))
    return _draw(rule + dot, theme)


def series(rows: Sequence[SeriesRow], *, title: str, theme: str, width: int = 720) -> str:
    """Monthly series as lines; a withheld month is a gap."""
    values = [{"month": row["month"].isoformat(), "series": row["series"], "value": row["value"]} for row in rows]
    names = list(dict.fromkeys(row["series"] for row in rows))
    color = alt.Color(
        "series:N", title=None, sort=names, scale=alt.Scale(domain=names, range=PALETTE[theme][: len(names)])
    )
    dash = alt.StrokeDash("series:N", title=None, sort=names, scale=alt.Scale(domain=names, range=DASHES[: len(names)]))
    chart = (
        alt.Chart(alt.Data(values=values), width=width, height=260)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14), invalid="break-paths-show-path-domains")
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%m/%Y", tickCount=6)),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(domainMin=0)),
            color=color,
            strokeDash=dash,
        )
    )
    return _draw(chart, theme)
