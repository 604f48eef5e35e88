"""Pages of mediations: what is to do, one with its steps, and what an authority was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page, pass_door
from partnership.pages.paging import page_by_key
from referrals.handover.models import NO_FURTHER_DISCLOSURE
from referrals.mediation import actions as mediations
from referrals.mediation.forms import AnswerForm, HoldForm, KeptForm, OfferForm, ReportForm
from referrals.mediation.models import Answer, Mediation, MediationReport, Result
from referrals.permissions import MEDIATION_REPORTS, MEDIATIONS

MOST = 50
"""So many rows a page of a list shows."""
GOES_ON = (
    ~Q(person_answer=Answer.DECLINES)
    & ~Q(harmed_answer=Answer.DECLINES)
    & Q(result__in=["", Result.AGREEMENT], kept="")
)
"""Neither declined, nor held with nothing left to check."""


@require_safe
@partner_page(MEDIATION_REPORTS)
def mediation_list(request: PartnerRequest) -> HttpResponse:
    """Who mediates: what goes on, the soonest to check first (`?ended=1`: what has ended). An authority: what it was told."""
    partner, has_ended, after = request.acting.partner, bool(request.GET.get("ended")), request.GET.get("after", "")
    if request.acting.role not in CASEWORK_ROLES:
        told = MediationReport.objects.filter(to_partner=partner).select_related("from_partner")
        page = page_by_key(told, ["-sent_at", "-id"], after, size=MOST)
        if page.rows:
            log_read(request.acting, "mediation_list", 0, page.rows)
        return render(request, "referrals/mediation/report_list.html", {"page": page})
    own_ones = Mediation.objects.filter(~GOES_ON if has_ended else GOES_ON, partner=partner)
    ordered = own_ones.select_related("person").annotate(day=Coalesce("keep_by", Value(date.max)))
    rows = page_by_key(ordered, ["day", "offered_on", "id"], after, size=MOST)
    if rows.rows:
        log_read(request.acting, "mediation_list", 0, rows.rows)
    context = {"page": rows, "has_ended": has_ended, "today": timezone.localdate()}
    return render(request, "referrals/mediation/mediation_list.html", context)


@partner_page(mediations.offer_mediation)
def mediation_offer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Offers mediation in a participation; those that were offered before are listed beside it."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = OfferForm(request.POST or None)
    if form.is_valid():
        try:
            offered = mediations.offer_mediation(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Offered. Note the answer of each side."))
            return redirect("mediation", pk=offered.pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    before = Mediation.objects.filter(enrolment=enrolment).order_by("-id")
    context = {"enrolment": enrolment, "form": form, "mediations": before}
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/mediation/mediation_offer.html", context, status=status)


@require_safe
@partner_page(MEDIATIONS)
def mediation(request: PartnerRequest, pk: int) -> HttpResponse:
    """One mediation, for who mediates."""
    return _page(request, _own(request, pk))


def _own(request: PartnerRequest, pk: int) -> Mediation:
    return own(request, Mediation, pk, "person", "enrolment__programme")


def _page(request: PartnerRequest, one: Mediation, status: int = 200, **with_errors: forms.Form) -> HttpResponse:
    log_read(request.acting, "mediation", one.pk, [one])
    context: dict[str, Any] = {
        "mediation": one,
        "today": timezone.localdate(),
        "reports": list(one.reports.select_related("to_partner").order_by("id")),
        "hold_form": HoldForm() if one.can_be_held else None,
        "report_form": ReportForm(is_minor=one.person.is_minor) if one.can_be_told else None,
    }
    return render(request, "referrals/mediation/mediation.html", context | with_errors, status=status)


def _carry_out(
    request: PartnerRequest, one: Mediation, form: forms.Form, deed: Callable[..., object], said: str, name: str
) -> HttpResponse:
    """Does what the form says, and shows the page again; a broken rule is shown in the form called `name`, or as a message."""
    if form.is_valid():
        try:
            deed(by=request.acting, mediation=one, **form.cleaned_data)
        except RuleError as error:
            if not name:
                messages.error(request, str(error))
                return redirect("mediation", pk=one.pk)
            refuse(form, error)
        else:
            messages.success(request, said)
            return redirect("mediation", pk=one.pk)
    return _page(request, one, status=422, **({name: form} if name else {}))


@require_POST
@partner_page(mediations.note_answer)
def mediation_answer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Notes one side's answer."""
    form = AnswerForm(request.POST)
    return _carry_out(request, _own(request, pk), form, mediations.note_answer, _("Saved."), "")


@require_POST
@partner_page(mediations.hold_mediation)
def mediation_hold(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records that the two met."""
    form = HoldForm(request.POST)
    return _carry_out(request, _own(request, pk), form, mediations.hold_mediation, _("Saved."), "hold_form")


@require_POST
@partner_page(mediations.note_kept)
def mediation_kept(request: PartnerRequest, pk: int) -> HttpResponse:
    """Notes whether the agreement was kept."""
    form = KeptForm(request.POST)
    return _carry_out(request, _own(request, pk), form, mediations.note_kept, _("Saved."), "")


@require_POST
@partner_page(mediations.send_report)
def mediation_tell(request: PartnerRequest, pk: int) -> HttpResponse:
    """Tells an authority how it ended, by the person's consent."""
    one = _own(request, pk)
    form = ReportForm(request.POST, is_minor=one.person.is_minor)
    done = _("Sent. They see it while the consent lasts.")
    return _carry_out(request, one, form, mediations.send_report, done, "report_form")


@require_safe
@partner_page(MEDIATION_REPORTS)
def mediation_report(request: PartnerRequest, pk: int) -> HttpResponse:
    """What an authority was told, for who sent it and who received it."""
    related = ["from_partner", "to_partner", "signed_by"]
    report = get_object_or_404(MediationReport.objects.seen_by(request.acting).select_related(*related), pk=pk)
    pass_door(request.acting, report)
    log_read(request.acting, "mediation_report", pk, [report])
    is_sender = report.from_partner_id == request.acting.partner.pk
    back = reverse("mediation", args=[report.mediation_id]) if is_sender else reverse("mediation_list")
    context = {"report": report, "back": back, "notice": str(NO_FURTHER_DISCLOSURE)}
    return render(request, "referrals/mediation/mediation_report.html", context)
