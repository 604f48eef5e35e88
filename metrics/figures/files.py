"""Downloads: every figure as CSV and XLSX, and its chart as SVG and PNG."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import altair as alt
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from metrics.figures import charts
from metrics.figures.address import choice
from metrics.figures.registry import FIGURE_MAKERS, Figure
from metrics.figures.source import source
from metrics.permissions import FIGURES
from partnership.isolation.acting import PartnerRequest
from partnership.pages.downloads import guard_formula, spreadsheet_csv
from partnership.pages.guard import partner_page

THEMES = ("light", "dark")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@require_safe
@partner_page(FIGURES)
def figure_file(request: PartnerRequest, name: str, kind: str) -> HttpResponse:
    """A figure as CSV, XLSX, SVG or PNG. What the acting partner may not see is not in it. Not found (Http404): an unknown name
    or kind, and the picture of a figure that has nothing to draw."""
    make_figure = FIGURE_MAKERS.get(name)
    if make_figure is None or kind not in TYPES:
        raise Http404
    figure = make_figure(request)
    if kind in ("svg", "png"):
        return _picture(request, figure, kind)
    content = spreadsheet_csv([figure.heading, *figure.rows, *_about(figure)]) if kind == "csv" else _xlsx(figure)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{figure.name}.{kind}"'
    return response


def _picture(request: PartnerRequest, figure: Figure, kind: str) -> HttpResponse:
    if figure.run is None or figure.draw is None:
        raise Http404
    theme = choice(request, "theme", dict.fromkeys(THEMES), "light")
    parameters = "&".join(f"{name}={value}" for name, value in sorted(request.GET.items()) if name != "theme")
    # Partners see different results: each has its own drawing.
    cache_key = f"chart{charts.VERSION}:{figure.run.pk}:{figure.name}:{request.acting.partner.pk}:{request.acting.role}:{_hash(parameters)}:{theme}:{get_language()}:{kind}"
    content = cache.get(cache_key)
    if content is None:
        is_saved = "download" in request.GET
        narrow = "narrow" in request.GET and kind == "svg" and not is_saved
        chart = figure.draw(theme, narrow)
        if is_saved and not isinstance(chart.title, alt.TitleParams):
            about = charts.Heading(figure.title or figure.name, source(figure.run, figure.rests_on))
            chart = charts.headed(chart, about, theme, narrow=narrow)
        content = charts.to_svg(chart, theme, narrow=narrow) if kind == "svg" else charts.to_png(chart, theme)
        cache.set(cache_key, content, 7 * 86400)
    response = HttpResponse(content, content_type=TYPES[kind], headers={"Cache-Control": "private, max-age=3600"})
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{figure.name}.{kind}"'
    return response


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _about(figure: Figure) -> list[list[Any]]:
    """What every table says of itself: definition, cut-off, time, run, notes."""
    if figure.run is None:
        return []
    return [
        [],
        [_("Definition"), figure.run.definition],
        *([[_("Data complete through"), figure.rests_on.complete_through or ""]] if figure.rests_on else []),
        *(
            [[_("Police feeds with problems"), figure.rests_on.names]]
            if figure.rests_on and figure.rests_on.names
            else []
        ),
        [_("Computed"), figure.run.finished_at.isoformat(timespec="seconds") if figure.run.finished_at else ""],
        [_("Computation"), figure.run.pk],
        *([[_("Release"), figure.run.quarter]] if figure.run.released_at else []),
        *[[_("Note"), note] for note in figure.notes],
    ]


def _xlsx(figure: Figure) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(figure.name[:31])
    sheet.append([str(value) for value in figure.heading])
    for row in [*figure.rows, *_about(figure)]:
        sheet.append(
            [value if isinstance(value, int | float) or value is None else guard_formula(str(value)) for value in row]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
