"""Pages of agreements."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.agreements import actions as agreements_actions
from partnership.agreements.forms import AgreementForm
from partnership.agreements.models import Agreement, AgreementVersion
from partnership.agreements.versions import STEPS, grouped
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page
from partnership.permissions import DIRECTORY

VERSIONS = Prefetch("versions", AgreementVersion.objects.prefetch_related("flows", STEPS))

# --- Agreements ----------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(DIRECTORY)
def agreement_list(request: PartnerRequest) -> HttpResponse:
    agreements = Agreement.objects.prefetch_related("parties").order_by("-valid_from", "title")
    if request.GET.get("in_force"):
        agreements = agreements.in_force()
    return render(request, "partnership/agreements/agreement_list.html", {"agreements": agreements})


@require_safe
@partner_page(DIRECTORY)
def agreement(request: PartnerRequest, pk: int) -> HttpResponse:
    agreement = get_object_or_404(Agreement.objects.prefetch_related("parties", VERSIONS), pk=pk)
    versions = list(agreement.versions.all())
    current = next((version for version in versions if version.counts_today), None)
    context = {
        "agreement": agreement,
        "versions": versions,
        "groups": grouped(current.flows.all()) if current else [],
        "may_renew": not agreement.ended_on and not any(version.is_open for version in versions),
    }
    return render(request, "partnership/agreements/agreement.html", context)


@partner_page(agreements_actions.save_agreement)
def agreement_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    agreement = get_object_or_404(Agreement, pk=pk) if pk else None
    form = AgreementForm(request.POST or None, instance=agreement)
    if form.is_valid():
        saved = agreements_actions.save_agreement(
            by=request.acting, agreement=form.save(commit=False), parties=form.cleaned_data["parties"]
        )
        if agreement is None:
            messages.success(request, _("Saved. Write its first version now: nothing flows before it is approved."))
            return redirect("agreement_version_new", agreement=saved.pk)
        messages.success(request, _("Saved."))
        return redirect("agreement", pk=saved.pk)
    title = str(agreement) if agreement else _("New agreement")
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("agreement_list")})


@require_POST
@partner_page(agreements_actions.end_agreement)
def agreement_end(request: PartnerRequest, pk: int) -> HttpResponse:
    agreement = get_object_or_404(Agreement, pk=pk)
    open_cases_run = request.POST.get("open_cases") == "run"
    try:
        agreements_actions.end_agreement(
            by=request.acting, agreement=agreement, on=timezone.localdate(), open_cases_run=open_cases_run
        )
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("agreement", pk=pk)
    if open_cases_run:
        messages.success(request, _("The agreement ended today. Open cases run to their end; nothing new can be sent."))
    else:
        messages.success(request, _("The agreement ended today. What was disclosed under it is closed."))
    return redirect("agreement", pk=pk)
