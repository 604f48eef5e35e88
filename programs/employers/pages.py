"""Pages of employers: what all of them offer, and one employer with its offers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show
from programs.employers import actions as employers
from programs.employers.forms import EmployerForm, OfferFilter, OfferForm
from programs.employers.lists import OFFER_LIST
from programs.employers.models import Employer, WorkOffer
from programs.permissions import EMPLOYERS


def _filtered(request: PartnerRequest) -> OfferFilter:
    return OfferFilter(request.GET, WorkOffer.objects.select_related("employer", "district", "partner"))


@require_safe
@partner_page(EMPLOYERS)
def work_offer_list(request: PartnerRequest) -> HttpResponse:
    """What employers offer: those that take somebody now, unless the filters say otherwise."""
    offer_filter = _filtered(request)
    shown = show(request, OFFER_LIST, offer_filter.qs)
    own_idle = Employer.objects.filter(partner=request.acting.partner, is_active=True, offers=None)
    context = {"shown": shown, "page": shown.page, "filter": offer_filter, "without_offer": own_idle[:10]}
    return render(request, "programs/employers/work_offer_list.html", context)


@require_safe
@partner_page(EMPLOYERS)
def work_offer_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX."""
    try:
        return export(request, OFFER_LIST, lambda: _filtered(request).qs, name="work-offers")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("work_offer_list")


@require_safe
@partner_page(EMPLOYERS)
def employer(request: PartnerRequest, pk: int) -> HttpResponse:
    """One employer: who to call, and what it offers."""
    one = get_object_or_404(Employer.objects.select_related("partner"), pk=pk)
    offers: QuerySet[WorkOffer] = one.offers.select_related("district", "employer").order_by("-is_open", "work", "id")
    context = {"employer": one, "offers": offers, "is_own": one.partner_id == request.acting.partner.pk}
    return render(request, "programs/employers/employer.html", context)


@partner_page(employers.save_employer)
def employer_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """Adds an employer, or changes one that the own partner keeps."""
    one = own(request, Employer, pk) if pk else Employer(partner=request.acting.partner)
    form = EmployerForm(request.POST or None, instance=one)
    if form.is_valid():
        try:
            saved = employers.save_employer(by=request.acting, employer=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Add what the employer offers."))
            return redirect("employer", pk=saved.pk)
    back = reverse("employer", args=[pk]) if pk else reverse("work_offer_list")
    return _form(request, form, _("Change the employer") if pk else _("New employer"), back)


@partner_page(employers.save_offer)
def work_offer_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Adds what an own employer offers; `pk` is the employer's."""
    one = own(request, Employer, pk)
    return _offer(
        request, WorkOffer(partner=one.partner, employer=one), _("What %(employer)s offers") % {"employer": one}
    )


@partner_page(employers.save_offer)
def work_offer_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes what an own employer offers."""
    offer = own(request, WorkOffer, pk, "employer")
    return _offer(request, offer, _("What %(employer)s offers") % {"employer": offer.employer})


def _offer(request: PartnerRequest, offer: WorkOffer, title: str) -> HttpResponse:
    form = OfferForm(request.POST or None, instance=offer)
    if form.is_valid():
        employers.save_offer(by=request.acting, offer=form.save(commit=False))
        messages.success(request, _("Saved. Whoever finds people work sees it."))
        return redirect("employer", pk=offer.employer_id)
    return _form(request, form, title, reverse("employer", args=[offer.employer_id]))


def _form(request: PartnerRequest, form: forms.BaseForm, title: str, back: str) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(employers.open_offer)
def work_offer_open(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says whether the offer takes somebody (`is_open`)."""
    offer = own(request, WorkOffer, pk)
    employers.open_offer(by=request.acting, offer=offer, is_open=request.POST.get("is_open") == "1")
    messages.success(request, _("Saved."))
    return redirect("employer", pk=offer.employer_id)
