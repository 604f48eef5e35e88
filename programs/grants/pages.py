"""Pages of grants: the list, one with reports, allocations and spending, months ahead, and the key of shared costs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, query_of, show
from partnership.pages.paging import page_by_key
from programs.catalogue.models import Programme
from programs.grants import actions as grants
from programs.grants.ahead import outlook_of
from programs.grants.forms import (
    AllocationForm,
    CostKeyForm,
    GrantFilter,
    GrantForm,
    ReportDayForm,
    SpendingFileForm,
    SpendingForm,
    key_as_typed,
)
from programs.grants.giving import MOST_EXPORTED, as_360giving
from programs.grants.lists import GRANT_LIST, STATE_LOOKS
from programs.grants.models import Allocation, Category, CostKey, Grant, ReportDay, Spending
from programs.grants.spending_file import read_spending
from programs.permissions import GRANTS

MOST_APPLIED = 20


def _seen(request: PartnerRequest) -> QuerySet[Grant]:
    return Grant.objects.seen_by(request.acting).select_related("partner").with_sums()


@require_safe
@partner_page(GRANTS)
def grant_list(request: PartnerRequest) -> HttpResponse:
    """Own grants; to a coordinator also those that others share."""
    grant_filter = GrantFilter(request.GET, _seen(request))
    shown = show(request, GRANT_LIST, grant_filter.qs)
    context = {"shown": shown, "page": shown.page, "filter": grant_filter, "export": reverse("grant_export")}
    return render(request, "programs/grants/grant_list.html", context)


@require_safe
@partner_page(GRANTS)
def grant_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX, with the filter, columns and order of the page."""
    try:
        return export(request, GRANT_LIST, lambda: GrantFilter(request.GET, _seen(request)).qs, name="grants")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('grant_list')}?{query_of(request.GET)}")


@require_safe
@partner_page(GRANTS)
def grant_360giving(request: PartnerRequest) -> HttpResponse:
    """Own grants that were awarded, by the 360Giving Data Standard."""
    awarded = Grant.objects.filter(partner=request.acting.partner).awarded().select_related("partner").order_by("id")
    headers = {"Content-Disposition": 'attachment; filename="grants-360giving.json"'}
    return JsonResponse(
        as_360giving(awarded[:MOST_EXPORTED]), headers=headers, json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@partner_page(GRANTS)
def grant(request: PartnerRequest, pk: int) -> HttpResponse:
    """One grant: for its partner with reports and spending, for a coordinator with what it is allocated to."""
    return _sheet(request, get_object_or_404(_seen(request), pk=pk))


def _sheet(request: PartnerRequest, one: Grant, status: int = 200, **forms: Any) -> HttpResponse:
    is_own = one.partner_id == request.acting.partner.pk
    allocations = one.allocations.select_related("programme").annotate(spent=Sum("spending__amount"))
    by_category = (
        Spending.objects.filter(allocation__grant=one).order_by().values("category").annotate(sum=Sum("amount"))
    )
    context = {
        "grant": one,
        "state_looks": STATE_LOOKS[one.state],
        "is_own": is_own,
        "allocations": allocations,
        "report_days": one.report_days.all() if is_own else [],
        "by_category": [(Category(row["category"]).label, row["sum"]) for row in by_category.order_by("-sum")]
        if is_own
        else [],
        "report_form": ReportDayForm(prefix="report"),
        "today": timezone.localdate(),
    }
    return render(request, "programs/grants/grant.html", context | forms, status=status)


def _own_grant(request: PartnerRequest, pk: int) -> Grant:
    return own(request, Grant, pk, "partner")


@partner_page(grants.save_grant)
def grant_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new grant of the own partner, or one to change."""
    one = _own_grant(request, pk) if pk else Grant(partner=request.acting.partner)
    form = GrantForm(request.POST or None, instance=one)
    if form.is_valid():
        try:
            saved = grants.save_grant(by=request.acting, grant=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("grant", pk=saved.pk)
    back = reverse("grant", args=[pk]) if pk else reverse("grant_list")
    return _form_page(request, form, title=_("Change the grant") if pk else _("New grant"), back=back)


def _form_page(request: PartnerRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form} | context, status=status)


def _do(request: PartnerRequest, action: Any, **arguments: Any) -> bool:
    """Carries out what a button says, and says how it went."""
    try:
        action(by=request.acting, **arguments)
    except RuleError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("Saved."))
    return True


@require_POST
@partner_page(grants.remove_grant)
def grant_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Removes a grant that was written down by mistake."""
    is_removed = _do(request, grants.remove_grant, grant=_own_grant(request, pk))
    return redirect("grant_list") if is_removed else redirect("grant", pk=pk)


# --- Reports ---------------------------------------------------------------------------------------------------------------------


@require_POST
@partner_page(grants.add_report_day)
def report_day_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Writes down when a report is due."""
    one = _own_grant(request, pk)
    form = ReportDayForm(request.POST, prefix="report")
    if form.is_valid():
        try:
            grants.add_report_day(by=request.acting, grant=one, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. You are reminded 90, 30 and 7 days before."))
            return redirect("grant", pk=pk)
    return _sheet(request, get_object_or_404(_seen(request), pk=pk), status=422, report_form=form)


@require_POST
@partner_page(grants.mark_report)
def report_day_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that a report was sent (`is_sent`), or takes that back."""
    report_day = own(request, ReportDay, pk)
    _do(request, grants.mark_report, report_day=report_day, is_sent=request.POST.get("is_sent") == "1")
    return redirect("grant", pk=report_day.grant_id)


@require_POST
@partner_page(grants.remove_report_day)
def report_day_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes back a day that was written down by mistake."""
    report_day = own(request, ReportDay, pk)
    _do(request, grants.remove_report_day, report_day=report_day)
    return redirect("grant", pk=report_day.grant_id)


# --- Allocations and spending ----------------------------------------------------------------------------------------------------


@partner_page(grants.save_allocation)
def allocation_edit(request: PartnerRequest, grant_pk: int, pk: int | None = None) -> HttpResponse:
    """A new allocation of an own grant, or one to change."""
    one = _own_grant(request, grant_pk)
    if pk:
        allocation = get_object_or_404(one.allocations.select_related("grant", "programme"), pk=pk)
    else:
        days = {"starts_on": one.starts_on, "ends_on": one.ends_on}
        allocation = Allocation(partner=one.partner, grant=one, is_shared=one.is_shared, **days)
    form = AllocationForm(request.POST or None, instance=allocation, grant=one)
    if form.is_valid():
        try:
            grants.save_allocation(by=request.acting, allocation=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("grant", pk=grant_pk)
    title = _("Change the allocation") if pk else _("Allocate")
    return _form_page(request, form, title=title, back=reverse("grant", args=[grant_pk]))


@require_POST
@partner_page(grants.remove_allocation)
def allocation_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an allocation back of which nothing was spent."""
    allocation = own(request, Allocation, pk, "grant")
    _do(request, grants.remove_allocation, allocation=allocation)
    return redirect("grant", pk=allocation.grant_id)


@require_safe
@partner_page(GRANTS)
def spending_list(request: PartnerRequest, pk: int) -> HttpResponse:
    """What was spent of an own grant, the newest month first."""
    one = _own_grant(request, pk)
    spent = Spending.objects.filter(allocation__grant=one).select_related("allocation__programme")
    page = page_by_key(spent, ["-month", "-id"], request.GET.get("after", ""))
    return render(request, "programs/grants/spending_list.html", {"grant": one, "page": page})


@partner_page(grants.record_spending)
def spending_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """What was spent in a month on a category."""
    one = _own_grant(request, pk)
    form = SpendingForm(request.POST or None, grant=one)
    if form.is_valid():
        try:
            grants.record_spending(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("spending_list", pk=pk)
    return _form_page(request, form, title=_("What was spent"), back=reverse("spending_list", args=[pk]))


@partner_page(grants.import_spending)
def spending_import(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a file of what was spent: all of its lines, or none."""
    one = _own_grant(request, pk)
    form = SpendingFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            lines = read_spending(one, form.cleaned_data["file"])
            recorded = grants.import_spending(by=request.acting, grant=one, lines=lines)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Recorded: %(n)s months and categories.") % {"n": recorded})
            return redirect("spending_list", pk=pk)
    back = reverse("spending_list", args=[pk])
    return _form_page(request, form, title=_("Spending from a file"), back=back, multipart=True, submit=_("Record"))


@require_POST
@partner_page(grants.remove_spending)
def spending_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes back what was recorded by mistake."""
    spending = own(request, Spending, pk, "allocation")
    _do(request, grants.remove_spending, spending=spending)
    return redirect("spending_list", pk=spending.allocation.grant_id)


# --- Ahead, and shared costs -----------------------------------------------------------------------------------------------------


@require_safe
@partner_page(GRANTS)
def grants_ahead(request: PartnerRequest) -> HttpResponse:
    """How each programme is funded in the months ahead, what is missing, and what falls out when."""
    applied = Grant.objects.filter(partner=request.acting.partner, state=Grant.State.APPLIED).order_by(
        "starts_on", "id"
    )
    outlooks = outlook_of(request.acting.partner, timezone.localdate())
    context = {"outlooks": outlooks, "applied": applied[:MOST_APPLIED]}
    return render(request, "programs/grants/grants_ahead.html", context)


@partner_page(grants.declare_key)
def cost_keys(request: PartnerRequest) -> HttpResponse:
    """The keys of shared costs by year, and the form for one; `?year=` takes up that year's."""
    partner = request.acting.partner
    keys = list(CostKey.objects.filter(partner=partner).prefetch_related("shares__programme"))
    of_year = next((key for key in keys if str(key.year) == request.GET.get("year")), None)
    programmes = list(Programme.objects.filter(partner=partner).order_by("name", "id"))
    form = CostKeyForm(request.POST or None, programmes=programmes, initial=key_as_typed(of_year) if of_year else None)
    if form.is_valid():
        about = {name: form.cleaned_data[name] for name in ("year", "basis")}
        try:
            grants.declare_key(by=request.acting, shares=form.shares(), **about)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("cost_keys")
    context = {"keys": keys, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "programs/grants/cost_keys.html", context, status=status)


@require_POST
@partner_page(grants.remove_key)
def cost_key_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a key back."""
    _do(request, grants.remove_key, key=own(request, CostKey, pk))
    return redirect("cost_keys")
