"""Pages of funding calls: the list, a call with who would lead or join, and drafts of those who apply together."""

from __future__ import annotations

from typing import Any

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
from partnership.members.models import Partner
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show, up_to_100
from programs.funding import actions as funding
from programs.funding.forms import ApplicationForm, CallFilter, CallForm, InterestForm, WithdrawForm
from programs.funding.lists import CALL_LIST, amounts, closing, euros
from programs.funding.models import CallInterest, FundingCall, JointApplication
from programs.permissions import APPLICATIONS, CALLS


def _filtered(request: PartnerRequest) -> CallFilter:
    return CallFilter(request.GET, FundingCall.objects.for_lists(), acting=request.acting)


@require_safe
@partner_page(CALLS)
def funding_call_list(request: PartnerRequest) -> HttpResponse:
    """Calls that partners tell of, what closes first on top: those that are open, unless the filters say otherwise."""
    call_filter = _filtered(request)
    shown = show(request, CALL_LIST, call_filter.qs)
    applications = JointApplication.objects.filter(dropped_why="").select_related("partner", "call")
    context = {
        "shown": shown,
        "page": shown.page,
        "filter": call_filter,
        "soon": up_to_100(FundingCall.objects.closing_soon()),
        "applications": applications.order_by("-id")[:10] if APPLICATIONS.allows(request.acting) else [],
    }
    return render(request, "programs/funding/funding_call_list.html", context)


@require_safe
@partner_page(CALLS)
def funding_call_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX."""
    try:
        return export(request, CALL_LIST, lambda: _filtered(request).qs, name="funding-calls")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("funding_call_list")


@require_safe
@partner_page(CALLS)
def funding_call(request: PartnerRequest, pk: int) -> HttpResponse:
    """One call: what it gives, until when, who would lead or join; and the drafts of it that the reader sees."""
    return _call_page(request, _call(pk))


def _call(pk: int) -> FundingCall:
    return get_object_or_404(FundingCall.objects.select_related("partner"), pk=pk)


def _call_page(request: PartnerRequest, call: FundingCall, **forms: Any) -> HttpResponse:
    """The page; with a form that was sent and is wrong, what is wrong stands in it."""
    acting = request.acting
    may = funding.save_call.action.allows(acting)  # type: ignore[attr-defined]
    interests = list(call.interests.select_related("partner"))
    mine = next((interest for interest in interests if interest.partner_id == acting.partner.pk), None)
    applications = list(_applications(request).filter(call=call).order_by("-id"))
    leads = mine is not None and mine.part == CallInterest.Part.LEADS
    context = {
        "call": call,
        "closing": closing(call),
        "amounts": amounts(call),
        "is_own": call.partner_id == acting.partner.pk,
        "may": may,
        "interests": interests,
        "mine": mine,
        "applications": applications,
        "may_begin": may
        and leads
        and not call.is_over
        and not any(each.partner_id == acting.partner.pk and not each.dropped_why for each in applications),
    }
    if may and not call.is_over:
        context["interest_form"] = InterestForm(instance=mine)
    if may and context["is_own"] and not call.withdrawn_why:
        context["withdraw_form"] = WithdrawForm()
    context |= forms
    return render(request, "programs/funding/funding_call.html", context, status=422 if forms else 200)


@partner_page(funding.save_call)
def funding_call_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """Tells of a call, or changes one that the own partner told of."""
    call = own(request, FundingCall, pk) if pk else FundingCall(partner=request.acting.partner)
    form = CallForm(request.POST or None, instance=call)
    if form.is_valid():
        try:
            saved = funding.save_call(by=request.acting, call=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Every partner sees it."))
            return redirect("funding_call", pk=saved.pk)
    back = reverse("funding_call", args=[pk]) if pk else reverse("funding_call_list")
    context = {"form": form, "title": _("Change the call") if pk else _("New funding call"), "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(funding.withdraw_call)
def funding_call_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an own call back."""
    call, form = own(request, FundingCall, pk), WithdrawForm(request.POST)
    if form.is_valid():
        try:
            funding.withdraw_call(by=request.acting, call=call, because=form.cleaned_data["because"])
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Withdrawn. Its page says why."))
        return redirect("funding_call", pk=pk)
    return _call_page(request, _call(pk), withdraw_form=form)


@require_POST
@partner_page(funding.say_interest)
def funding_call_interest(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that the own partner would lead or join."""
    call, form = _call(pk), InterestForm(request.POST)
    if form.is_valid():
        try:
            funding.say_interest(by=request.acting, call=call, **form.cleaned_data)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved. Every partner sees it, and its last day is in your calendar feed."))
        return redirect("funding_call", pk=pk)
    return _call_page(request, call, interest_form=form)


@require_POST
@partner_page(funding.take_back_interest)
def funding_call_no_interest(request: PartnerRequest, pk: int) -> HttpResponse:
    """The own partner would do neither any more."""
    funding.take_back_interest(by=request.acting, call=_call(pk))
    messages.success(request, _("Taken back."))
    return redirect("funding_call", pk=pk)


# --- Applying together -----------------------------------------------------------------------------------------------------


def _applications(request: PartnerRequest) -> QuerySet[JointApplication]:
    """Those that the own partner leads or joins; the database shows no others."""
    return JointApplication.objects.select_related("partner", "call")


@require_safe
@partner_page(APPLICATIONS)
def joint_application(request: PartnerRequest, pk: int) -> HttpResponse:
    """The draft of those who apply together, for them alone."""
    return _application_page(request, get_object_or_404(_applications(request), pk=pk))


def _application_page(
    request: PartnerRequest, application: JointApplication, drop_form: WithdrawForm | None = None
) -> HttpResponse:
    said = {interest.partner_id: interest for interest in application.call.interests.all()}
    partners = Partner.objects.filter(pk__in=application.joins).order_by("name")
    leads = application.partner_id == request.acting.partner.pk
    context = {
        "application": application,
        "amount": euros(application.amount_eur) if application.amount_eur is not None else "",
        "lead": said.get(application.partner_id),
        "joins": [(partner, said.get(partner.pk)) for partner in partners],
        "leads": leads,
        "drop_form": (drop_form or WithdrawForm()) if leads and not application.dropped_why else None,
    }
    return render(request, "programs/funding/joint_application.html", context, status=422 if drop_form else 200)


@partner_page(funding.begin_application)
def joint_application_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Begins a draft that the own partner leads; `pk` is the call's."""
    call = _call(pk)
    joins = call.interests.filter(part=CallInterest.Part.JOINS).exclude(partner=request.acting.partner)
    new = JointApplication(partner=request.acting.partner, call=call)
    initial = {"title": call.title[:150], "joins": list(joins.values_list("partner", flat=True))}
    form = ApplicationForm(request.POST or None, instance=new, initial=initial, acting=request.acting)
    if form.is_valid():
        try:
            saved = funding.begin_application(
                by=request.acting, application=form.save(commit=False), joins=form.cleaned_data["joins"]
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Begun. Those who join are told, and read it."))
            return redirect("joint_application", pk=saved.pk)
    context = {"form": form, "title": _("Apply together"), "back": reverse("funding_call", args=[pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@partner_page(funding.save_application)
def joint_application_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes a draft that the own partner leads."""
    application = own(request, JointApplication, pk, "call")
    named = {"joins": application.joins}
    form = ApplicationForm(request.POST or None, instance=application, initial=named, acting=request.acting)
    if form.is_valid():
        try:
            funding.save_application(
                by=request.acting, application=form.save(commit=False), joins=form.cleaned_data["joins"]
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("joint_application", pk=pk)
    context = {"form": form, "title": _("Change the draft"), "back": reverse("joint_application", args=[pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(funding.drop_application)
def joint_application_drop(request: PartnerRequest, pk: int) -> HttpResponse:
    """Gives a draft up that the own partner leads."""
    application, form = own(request, JointApplication, pk), WithdrawForm(request.POST)
    if not form.is_valid():
        return _application_page(request, get_object_or_404(_applications(request), pk=pk), form)
    try:
        funding.drop_application(by=request.acting, application=application, because=form.cleaned_data["because"])
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Dropped. Those who would join read why."))
    return redirect("joint_application", pk=pk)
