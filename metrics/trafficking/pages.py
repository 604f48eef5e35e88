"""Protection by year, in protected counts: what who is named may tell others."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.permissions import PROTECTION
from cases.protection.actions import NotNamed, require_named
from metrics.trafficking.yearly import years_of
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


@require_safe
@partner_page(PROTECTION)
def protection_years(request: PartnerRequest) -> HttpResponse:
    """A row for each year of the own partner."""
    try:
        require_named(request.acting)
    except NotNamed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    context = {"years": years_of(request.acting.partner)}
    return render(request, "metrics/trafficking/protection_years.html", context)
