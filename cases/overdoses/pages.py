"""The page of overdoses: own counts, and a month's new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.overdoses import actions as overdoses
from cases.overdoses.forms import OverdoseForm
from cases.overdoses.models import OverdoseCount
from cases.permissions import OVERDOSES
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key

# --- Overdoses -----------------------------------------------------------------------------------------------------------


@partner_page(OVERDOSES)
def overdose_list(request: PartnerRequest) -> HttpResponse:
    """What the acting partner counted, newest month first, and the form for one more month."""
    form = OverdoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        overdoses.count_overdoses(by=request.acting, **form.cleaned_data)
        messages.success(request, _("Saved. The next computation of figures follows it."))
        return redirect("overdose_list")
    counts = OverdoseCount.objects.filter(partner=request.acting.partner).select_related("district")
    page = page_by_key(counts, ["-month", "-id"], request.GET.get("after", ""))
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/overdoses/overdose_list.html", {"page": page, "form": form}, status=status)
