from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from programs.catalogue.models import Programme
from programs.locations import actions
from programs.locations.forms import LocationForm
from programs.locations.models import Location


def own_location(request: PartnerRequest, pk: int) -> Location:
    mine = Location.objects.filter(partner=request.acting.partner).select_related("programme")
    return get_object_or_404(mine.prefetch_related("hours"), pk=pk)


@partner_page(actions.save_location)
def location_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """A new place; `pk` is the programme's."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    title = _("New place of %(programme)s") % {"programme": programme.name}
    return _form(request, Location(partner=programme.partner, programme=programme), title)


@partner_page(actions.save_location)
def location_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    location = own_location(request, pk)
    return _form(request, location, str(location))


def _form(request: PartnerRequest, location: Location, title: str) -> HttpResponse:
    form = LocationForm(request.POST or None, instance=location)
    if form.is_valid():
        actions.save_location(by=request.acting, location=form.save(commit=False), hours=form.hours())
        messages.success(request, _("Saved. Find help shows it at once."))
        return redirect("programme", pk=location.programme_id)
    back = reverse("programme", args=[location.programme_id])
    return render(
        request, "programs/locations/form.html", {"form": form, "title": title, "back": back, "location": location}
    )


@require_POST
@partner_page(actions.remove_location)
def location_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    location = own_location(request, pk)
    actions.remove_location(by=request.acting, location=location)
    messages.success(request, _("The place is no longer shown."))
    return redirect("programme", pk=location.programme_id)


@require_POST
@partner_page(actions.check_programme)
def programme_check(request: PartnerRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    actions.check_programme(by=request.acting, programme=programme)
    messages.success(request, _("Thank you. The page says that it was checked today."))
    return redirect("programme", pk=pk)
