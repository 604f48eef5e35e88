"""Downloads: every figure as CSV and XLSX, and its chart as SVG and PNG."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from metrics.figures import charts
from metrics.figures.shown import DRAWN, Figure, choice
from metrics.permissions import FIGURES
from partnership.isolation.acting import PartnerRequest
from partnership.pages.downloads import guard_formula
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
    """A figure in one of its forms. What the acting partner may not see is not in it."""
    make = DRAWN.get(name)
    if make is None or kind not in TYPES:
        raise Http404
    found = make(request)
    if kind in ("svg", "png"):
        return _picture(request, found, kind)
    content = _csv(found) if kind == "csv" else _xlsx(found)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{found.name}.{kind}"'
    return response


def _picture(request: PartnerRequest, found: Figure, kind: str) -> HttpResponse:
    if found.run is None or found.draw is None:
        raise Http404
    theme = choice(request, "theme", dict.fromkeys(THEMES), "light")
    asked = "&".join(f"{name}={value}" for name, value in sorted(request.GET.items()) if name != "theme")
    # Partners see different results: each has its own drawing.
    address = f"chart{charts.VERSION}:{found.run.pk}:{found.name}:{request.acting.partner.pk}:{request.acting.role}:{hash_of(asked)}:{theme}:{get_language()}:{kind}"
    content = cache.get(address)
    if content is None:
        narrow = "narrow" in request.GET and kind == "svg"
        chart = found.draw(theme, narrow)
        content = charts.to_svg(chart, theme, narrow=narrow) if kind == "svg" else charts.to_png(chart, theme)
        cache.set(address, content, 7 * 86400)
    response = HttpResponse(content, content_type=TYPES[kind], headers={"Cache-Control": "private, max-age=3600"})
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{found.name}.{kind}"'
    return response


def hash_of(text: str) -> str:
    """Sixteen digits by which a chart that was drawn is found again."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _about(found: Figure) -> list[list[Any]]:
    """What every table says of itself: definition, cut-off, time, run, notes."""
    if found.run is None:
        return []
    return [
        [],
        [_("Definition"), found.run.definition],
        [_("Data complete through"), found.run.data_cut_off or ""],
        [_("Computed"), found.run.finished_at.isoformat(timespec="seconds") if found.run.finished_at else ""],
        [_("Computation"), found.run.pk],
        *[[_("Note"), note] for note in found.notes],
    ]


def _csv(found: Figure) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(found.heading)
    for row in [*found.rows, *_about(found)]:
        writer.writerow(
            ["" if value is None else guard_formula(value) if isinstance(value, str) else value for value in row]
        )
    return "\ufeff" + out.getvalue()


def _xlsx(found: Figure) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(found.name[:31])
    sheet.append([str(value) for value in found.heading])
    for row in [*found.rows, *_about(found)]:
        sheet.append(
            [value if isinstance(value, int | float) or value is None else guard_formula(str(value)) for value in row]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
