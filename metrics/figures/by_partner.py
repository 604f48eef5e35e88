"""Pages of shares by partner: all together first, then each partner as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render

from metrics.figures.address import requested_run
from metrics.permissions import visible_results
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest


class Share(NamedTuple):
    """A share with its interval; None: on too few to be shown."""

    rate: float | None
    lower: float | None
    upper: float | None

    @property
    def is_share(self) -> bool:
        return True


Cell = Share | tuple[int, ...]
"""A share, or counts that stand in one cell."""


@dataclass(frozen=True)
class ByPartner:
    """What such a page says, in the reader's words. `name`: of the file; `few`: stands in place of a share on fewer than thirty."""

    name: str
    title: str
    about: str
    first: str
    columns: Sequence[tuple[str, Callable[[Any], Cell]]]
    few: str
    empty: str

    def page(self, request: PartnerRequest, rows: Sequence[tuple[str, Any]]) -> HttpResponse:
        """The page of rows: whose each is, and its result."""
        cells = [(whose, [(label, cell(result)) for label, cell in self.columns]) for whose, result in rows]
        return render(request, "metrics/figures/by_partner.html", {"told": self, "rows": cells})


def results_by_partner(
    request: PartnerRequest, model: type[Model], all_of_them: str
) -> tuple[Run | None, list[tuple[str, Any]]]:
    """The release, and of what the acting partner sees of it whose each result is: all together (`all_of_them`) first."""
    run = requested_run(request, of_release=True)
    if run is None:
        return None, []
    seen: Any = model._default_manager.filter(visible_results(request.acting), run=run).select_related("partner")
    rows = [(result.partner.name if result.partner else all_of_them, result) for result in seen.order_by("pk")]
    return run, sorted(rows, key=lambda row: (row[1].partner is not None, row[0]))
