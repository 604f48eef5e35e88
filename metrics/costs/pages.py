"""What help costs: each programme of the own partner, a year at a time."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metrics.costs.costs import WINDOW_MONTHS, compared, costs_of, table, years_of
from metrics.costs.participation import Period
from metrics.protection.rates import FEWEST_PEOPLE
from partnership.isolation.acting import PartnerRequest
from partnership.pages.downloads import spreadsheet_csv
from partnership.pages.guard import partner_page
from partnership.pages.number_format import typed
from programs.permissions import GRANTS


@require_safe
@partner_page(GRANTS)
def costs(request: PartnerRequest) -> HttpResponse:
    """A year's costs of the own programmes; `?format=csv` downloads them."""
    partner, today = request.acting.partner, timezone.localdate()
    periods = {year: period for year in years_of(partner) if (period := Period.of_year(year, today))}
    year = typed(request.GET.get("year", "")) or next(iter(periods), today.year)
    rows = costs_of(partner, periods[year]) if year in periods else []
    if request.GET.get("format") == "csv":
        response = HttpResponse(spreadsheet_csv(table(rows)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="costs-{year}.csv"'
        return response
    context = {
        "rows": rows,
        "year": year,
        "years": list(periods),
        "period": periods.get(year),
        "months": WINDOW_MONTHS,
        "fewest": FEWEST_PEOPLE,
        "compared": compared(rows),
    }
    return render(request, "metrics/costs/costs.html", context)
