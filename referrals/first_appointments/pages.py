"""Pages of the first appointment and of concerns: each posts from the referral's page and leads back to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page, pass_door
from referrals.first_appointments import actions as appointments
from referrals.first_appointments.forms import AppointmentForm, ConcernForm, OutcomeForm
from referrals.handover.models import Referral


@require_POST
@partner_page(appointments.offer_appointment)
def appointment_offer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Offers a first appointment, or moves it."""
    form = AppointmentForm(request.POST, prefix="appointment")
    terms = form.terms() if form.is_valid() else {}
    return _carry_out(request, pk, form, appointments.offer_appointment, terms, _("Offered, and the sender is told."))


@require_POST
@partner_page(appointments.record_appointment)
def appointment_record(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says whether the person came."""
    form = OutcomeForm(request.POST, prefix="outcome")
    terms = form.cleaned_data if form.is_valid() else {}
    return _carry_out(request, pk, form, appointments.record_appointment, terms, _("Recorded, and the sender is told."))


@require_POST
@partner_page(appointments.tell_concern)
def concern_tell(request: PartnerRequest, pk: int) -> HttpResponse:
    """Tells the sender of a concern."""
    form = ConcernForm(request.POST, prefix="concern")
    terms = form.cleaned_data if form.is_valid() else {}
    return _carry_out(request, pk, form, appointments.tell_concern, terms, _("The sender is told."))


def _carry_out(
    request: PartnerRequest, pk: int, form: forms.Form, action: Any, terms: dict[str, Any], done: str
) -> HttpResponse:
    referral = get_object_or_404(Referral.objects.seen_by(request.acting), pk=pk)
    pass_door(request.acting, referral)
    if form.is_valid():
        try:
            action(by=request.acting, referral=referral, **terms)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
    else:
        label, errors = next((form.fields[name].label, errors) for name, errors in form.errors.items())
        messages.error(request, f"{label}: {errors[0]}")
    return redirect("referral", pk=pk)
