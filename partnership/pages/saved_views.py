"""Saved views of lists."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import Invalid
from partnership.pages import actions
from partnership.pages.guard import partner_page
from partnership.pages.lists import query_of
from partnership.pages.models import SavedView


@require_POST
@partner_page(actions.save_view)
def view_save(request: PartnerRequest) -> HttpResponse:
    """Saves filters, order and columns of a list under a name; the same name again replaces the view."""
    page, name = request.POST.get("page", "")[:40], request.POST.get("name", "").strip()[:60]
    query = query_of(QueryDict(request.POST.get("query", "")))[:1000]
    try:
        address = reverse(page)
    except NoReverseMatch:
        return HttpResponse(status=400)
    try:
        actions.save_view(by=request.acting, page=page, name=name, query=query)
    except Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The view “%(name)s” is saved; only you see it.") % {"name": name})
    return redirect(f"{address}?{query}")


@require_POST
@partner_page(actions.delete_view)
def view_delete(request: PartnerRequest, pk: int) -> HttpResponse:
    """Deletes one of the own views and goes back to its list."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user, partner=request.acting.partner)
    actions.delete_view(by=request.acting, view=view)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(view.page)
