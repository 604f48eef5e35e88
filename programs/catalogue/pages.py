from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key
from programs.catalogue import actions
from programs.catalogue.filters import ProgrammeFilter
from programs.catalogue.forms import CapacityForm, ProgrammeForm
from programs.catalogue.models import Programme
from programs.permissions import PROGRAMMES
from programs.standards.models import PreventionPlan


@require_safe
@partner_page(PROGRAMMES)
def programme_list(request: PartnerRequest) -> HttpResponse:
    programme_filter = ProgrammeFilter(request.GET, Programme.objects.offered().for_lists())
    page = page_by_key(programme_filter.qs, ["name", "id"], request.GET.get("after", ""))
    return render(request, "programs/catalogue/programme_list.html", {"page": page, "filter": programme_filter})


@require_safe
@partner_page(PROGRAMMES)
def programme(request: PartnerRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.for_lists().prefetch_related("locations__hours"), pk=pk)
    approved = PreventionPlan.objects.filter(programme=programme, state=PreventionPlan.State.APPROVED)
    context = {
        "programme": programme,
        "is_own": programme.partner_id == request.acting.partner.pk,
        "plan": approved.order_by("-version").first(),
    }
    return render(request, "programs/catalogue/programme.html", context)


@partner_page(actions.save_programme)
def programme_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new programme of the own partner, or a change of one."""
    partner = request.acting.partner
    programme = get_object_or_404(Programme, pk=pk, partner=partner) if pk else Programme(partner=partner)
    form = ProgrammeForm(request.POST or None, instance=programme)
    if form.is_valid():
        districts = [district.code for district in form.cleaned_data["districts"]]
        saved = actions.save_programme(by=request.acting, programme=form.save(commit=False), districts=districts)
        messages.success(request, _("Saved."))
        return redirect("programme", pk=saved.pk)
    title = programme.local_name if pk else _("New programme")
    context = {"form": form, "title": title, "back": reverse("programme_list")}
    return render(request, "programs/catalogue/programme_edit.html", context)


@partner_page(actions.set_capacity)
def programme_capacity(request: PartnerRequest, pk: int) -> HttpResponse:
    """Whether the programme takes referrals now."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    form = CapacityForm(request.POST or None, instance=programme)
    if form.is_valid():
        actions.set_capacity(by=request.acting, programme=programme, **form.cleaned_data)
        messages.success(request, _("Saved. Referring partners see it at once."))
        return redirect("programme", pk=pk)
    title = _("Capacity of %(programme)s") % {"programme": programme.local_name}
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("programme", args=[pk])})
