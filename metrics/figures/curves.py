"""Shares not rearrested over time: a panel of its own for all participants and for each comparison, so that no lines overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
from django.utils.translation import gettext as _

from metrics.figures.charts import DASHES, FAINT, INK, PALETTE, Heading, headed, width


class Panel(NamedTuple):
    """Curves as points (month, share, lower, upper, people): of participants, and of the comparison people if there are any."""

    title: str
    participants: Sequence[Sequence[float]]
    others: Sequence[Sequence[float]] = ()


def curves(panels: Sequence[Panel], heading: Heading, *, theme: str, narrow: bool = False) -> Any:
    """Small charts of one scale, side by side at a desk; with their intervals as bands."""
    ours, theirs = _("participants"), _("comparison people")
    values: list[dict[str, Any]] = [
        {"panel": panel.title, "series": name, "month": month, "share": share, "lower": lower, "upper": upper}
        for panel in panels
        for name, points in ((ours, panel.participants), (theirs, panel.others))
        for month, share, lower, upper, *_people in points
    ]
    names = [ours, theirs] if any(panel.others for panel in panels) else [ours]
    legend = alt.Legend(title=None, symbolOpacity=1, symbolStrokeWidth=3) if len(names) > 1 else None
    color = alt.Color("series:N", scale=alt.Scale(domain=names, range=PALETTE[theme][: len(names)]), legend=legend)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=DASHES[: len(names)]), legend=legend)
    months = [0, 12, 24, 36, 48, 60] if len(panels) > 1 else [0, 6, 12, 24, 36, 48, 60]
    x = alt.X("month:Q", title=_("Months"), axis=alt.Axis(values=months, grid=False))
    lowest = min(value["lower"] for value in values)
    scale = alt.Scale(domain=[0 if lowest < 0.5 else 0.5, 1], nice=False)
    axis = alt.Axis(format="%", tickCount=3, title=None, gridColor=FAINT[theme])
    columns = 1 if narrow or len(panels) == 1 else 2
    base = alt.Chart(width=(width(narrow) - 40 * columns) // columns, height=170)
    layers = alt.layer(
        base.mark_area(opacity=0.18, strokeWidth=0).encode(
            x=x, y=alt.Y("lower:Q", scale=scale, axis=axis), y2="upper:Q", color=color
        ),
        base.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=40)).encode(
            x=x, y=alt.Y("share:Q", scale=scale, axis=axis), color=color, strokeDash=dash
        ),
        data=alt.Data(values=values),  # type: ignore[no-untyped-call]
    )
    header = alt.Header(
        title=None, labelColor=INK[theme], labelFontSize=13, labelAnchor="start", labelLimit=400, labelFontWeight="bold"
    )
    chart = layers.facet(alt.Facet("panel:N", sort=[panel.title for panel in panels], header=header), columns=columns)
    return headed(chart, heading, theme, narrow=narrow)
