"""Pages of the consent behind a referral: renewing it, its event, its withdrawal."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.consents.models import Consent
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES
from partnership.pages.guard import partner_page, pass_door
from referrals.consents import actions as consents
from referrals.handover.forms import CONSENT_TERMS, ConsentForm, EventForm
from referrals.handover.models import Referral
from referrals.handover.transitions import OPEN_STATES


@partner_page(consents.renew_consent)
def consent_renew(request: PartnerRequest, pk: int) -> HttpResponse:
    """A new consent for an open referral that the own partner sent; what the last one said is filled in."""
    mine = Referral.objects.outgoing(request.acting.partner).filter(state__in=OPEN_STATES)
    referral = get_object_or_404(mine.select_related("consent", "person", "to_partner"), pk=pk)
    pass_door(request.acting, referral)
    log_read(request.acting, "referral", pk, [referral])
    last = referral.consent
    kept = {name: getattr(last, name) for name in CONSENT_TERMS if last and name in ConsentForm.KEPT_AT_RENEWAL}
    form = ConsentForm(request.POST or None, request.FILES or None, prefix="consent", initial={"is_given": True} | kept)
    if form.is_valid():
        if form.cleaned_data["is_given"]:
            try:
                consents.renew_consent(by=request.acting, referral=referral, **form.terms())
            except RuleError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The consent is renewed, and the receiver is told."))
                return redirect("referral", pk=pk)
        else:
            form.add_error("is_given", _("Without the person's consent nothing is renewed."))
    return render(
        request,
        "referrals/consents/renew.html",
        {"referral": referral, "person": referral.person, "form": form},
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@partner_page(consents.record_event)
def consent_event(request: PartnerRequest, pk: int) -> HttpResponse:
    """Either party records that the event happened with which the consent ends."""
    consent = get_object_or_404(Consent, pk=pk)
    pass_door(request.acting, consent)
    form = EventForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the day on which it happened."))
    else:
        try:
            consents.record_event(by=request.acting, consent=consent, on=form.cleaned_data["on"])
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("The consent has ended. What was disclosed is closed, and the other party is told.")
            )
    return _back(request, consent)


@require_POST
@partner_page(consents.withdraw_consent)
def consent_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Either party records that the person took the consent back; disclosure ends in this very request."""
    consent = get_object_or_404(Consent, pk=pk)
    pass_door(request.acting, consent)
    consents.withdraw_consent(by=request.acting, consent=consent)
    messages.success(request, _("The consent is withdrawn. What was disclosed is closed, and the other party is told."))
    return _back(request, consent)


def _back(request: PartnerRequest, consent: Consent) -> HttpResponse:
    if consent.from_partner_id == request.acting.partner.pk and request.acting.role in CASEWORK_ROLES:
        return redirect("person", pk=consent.person_id)
    return redirect("referral_list")
