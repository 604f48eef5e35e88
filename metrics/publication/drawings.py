"""The two pictures of the public results."""

from __future__ import annotations

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from metrics.figures import charts
from metrics.figures.source import source
from metrics.publication.results import PublicResults
from metrics.quality.rests_on import RestsOn
from partnership.pages.number_format import percent

ROOM = 1.2
"""The axis reaches so many times as far as the longest interval, so that the number at its end is not cut."""


def rearrested(results: PublicResults, *, theme: str, narrow: bool) -> Any:
    """The share rearrested in each window, with its interval and in figures, for any and for drug offences."""
    kinds = [_("Any offence"), _("Drug offence")]
    rows = [
        {
            "months": str(window.months),
            "kind": kind,
            "rate": share.rate,
            "lower": share.lower,
            "upper": share.upper,
            "text": percent(share.rate, 0),
        }
        for window in results.windows
        for kind, share in zip(kinds, (window.any, window.drug), strict=True)
        if share is not None
    ]
    furthest = ROOM * max(float(str(row["upper"])) for row in rows)
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, titleAngle=0, titleAlign="right", titleX=-8, titleY=-10)
    y = alt.Y("months:N", sort=[str(window.months) for window in results.windows], title=_("Months"), axis=axis)
    scale = alt.Scale(domain=[0, furthest], nice=False)
    x = alt.X("lower:Q", title=None, scale=scale, axis=alt.Axis(format="%", tickCount=4))
    color = alt.Color("kind:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=charts.PALETTE[theme][:2]))
    shape = alt.Shape("kind:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=["circle", "square"]))
    data: alt.Data = alt.Data(values=rows)  # type: ignore[no-untyped-call]
    base = alt.Chart(data, width=240 if narrow else 600, height={"step": 24}).encode(
        y=y, yOffset=alt.YOffset("kind:N", sort=kinds)
    )
    rule = base.mark_rule(strokeWidth=3, opacity=0.55).encode(x=x, x2="upper:Q", color=color)
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(x="rate:Q", color=color, shape=shape)
    text = base.mark_text(align="left", dx=6, fontSize=12, color=charts.INK[theme]).encode(x="upper:Q", text="text:N")
    return alt.layer(dot, rule, text)


def arrests(results: PublicResults, *, theme: str, narrow: bool) -> Any:
    """The change of drug arrests over five years in all districts together and in each, with its interval."""
    rows: list[charts.IntervalRow] = [
        {
            "label": f"{place.name} ({place.role})" if place.role else place.name,
            "rate": place.change.change or 0,
            "lower": place.change.lower or 0,
            "upper": place.change.upper or 0,
        }
        for place in results.places
    ]
    return charts.intervals(rows, theme=theme, narrow=narrow, title=_("Change in five years, with its 95 % interval"))


PICTURES = {"rearrested": rearrested, "arrests": arrests}


def picture(results: PublicResults, name: str, *, theme: str, narrow: bool, is_saved: bool) -> Any:
    """A picture of the release. One that is saved leaves its page: it says itself what it shows and where it comes from."""
    drawing = PICTURES[name](results, theme=theme, narrow=narrow)
    if not is_saved:
        return drawing
    title = results.title if name == "rearrested" else results.arrests_title
    return charts.headed(
        drawing, charts.Heading(title, source(results.run, RestsOn(results.run.data_cut_off))), theme, narrow=narrow
    )
