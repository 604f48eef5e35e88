"""Pages of call-ins: the list, one with its phases, the police's invitations, and the offers with the days to the first service."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.people.models import Person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from referrals.callins import actions as call_ins
from referrals.callins.forms import CallInForm, InviteeForm, InviteForm, OfferForm
from referrals.callins.models import CallIn, CallInOffer, Invitee
from referrals.first_appointments.models import FirstAppointment
from referrals.handover.models import Referral
from referrals.permissions import CALL_INS


class Offered(NamedTuple):
    """An offer as either party sees it: its referral once it is theirs to see, and the days from the answer to the first visit."""

    offer: CallInOffer
    referral: Referral | None
    days_to_service: int | None


@require_safe
@partner_page(CALL_INS)
def call_in_list(request: PartnerRequest) -> HttpResponse:
    """Call-ins of the own partner, the latest first."""
    seen = CallIn.objects.seen_by(request.acting).select_related("from_partner", "to_partner", "district")
    context = {"page": page_by_key(seen, ["-at", "-id"], request.GET.get("after", "")), "now": timezone.now()}
    return render(request, "referrals/callins/call_in_list.html", context)


@partner_page(call_ins.plan_call_in)
def call_in_new(request: PartnerRequest) -> HttpResponse:
    """Plans a call-in with a service."""
    form = CallInForm(request.POST or None)
    if form.is_valid():
        try:
            call_in = call_ins.plan_call_in(by=request.acting, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Planned. The service sees it. Invite people on their own pages."))
            return redirect("call_in", pk=call_in.pk)
    return _form(request, form, _("New call-in"), reverse("call_in_list"))


def _form(request: PartnerRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _of_unit(request: PartnerRequest, pk: int) -> CallIn:
    """A call-in that the acting unit holds; any other is not found."""
    return get_object_or_404(CallIn.objects.select_related("to_partner"), pk=pk, from_partner=request.acting.partner)


@partner_page(call_ins.change_call_in)
def call_in_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes where and when it is."""
    call_in = _of_unit(request, pk)
    form = CallInForm(request.POST or None, call_in=call_in)
    if form.is_valid():
        try:
            call_ins.change_call_in(by=request.acting, call_in=call_in, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("call_in", pk=pk)
    return _form(request, form, str(call_in), reverse("call_in", args=[pk]))


@require_safe
@partner_page(CALL_INS)
def call_in(request: PartnerRequest, pk: int) -> HttpResponse:
    """One call-in: for the unit with who was invited, for the service with what was offered."""
    seen = CallIn.objects.seen_by(request.acting).select_related("from_partner", "to_partner", "district")
    call_in = get_object_or_404(seen, pk=pk)
    is_unit = call_in.from_partner_id == request.acting.partner.pk
    invitees = list(call_in.invitees.select_related("person").order_by("id")) if is_unit else []
    if invitees:
        log_read(request.acting, "call_in", pk, invitees)
    phases = CallIn.Phase.values
    context = {
        "call_in": call_in,
        "is_unit": is_unit and request.acting.role == Role.POLICE_LIAISON,
        "phases": [(label, phases.index(code) <= phases.index(call_in.phase)) for code, label in CallIn.Phase.choices],
        "next_phase": CallIn.Phase(call_in.next_phase).label if call_in.next_phase else "",
        "invitees": [
            (invitee, InviteeForm(initial={"came": invitee.came, "suspended_until": invitee.suspended_until}))
            for invitee in invitees
        ],
        "offer_form": OfferForm(service=call_in.to_partner),
        "offered": _offered(call_in, is_unit),
    }
    return render(request, "referrals/callins/call_in.html", context)


def _offered(call_in: CallIn, is_unit: bool) -> list[Offered]:
    """The offers, in order; of each what the reader may see of its referral. Three queries."""
    related = ["programme", "invitee__person"] if is_unit else ["programme"]  # the service's are none of its rows
    offers = list(call_in.offers.select_related(*related).order_by("id"))
    numbers = [offer.referral_id for offer in offers if offer.referral_id]
    referrals = {referral.pk: referral for referral in Referral.objects.filter(pk__in=numbers)}
    kept = FirstAppointment.objects.filter(referral__in=numbers, outcome=FirstAppointment.Outcome.KEPT)
    visits = {visit.referral_id: timezone.localdate(visit.starts_at) for visit in kept}
    rows = []
    for offer in offers:
        number = offer.referral_id or 0  # of an offer without a referral none
        visit = visits.get(number)
        days = (visit - offer.answered_on).days if visit and offer.answered_on else None
        rows.append(Offered(offer, referrals.get(number), days))
    return rows


def _do(request: PartnerRequest, action: Any, **arguments: Any) -> Any:
    """Carries out what a button or short form says, and says how it went; None where a rule is broken."""
    try:
        result = action(by=request.acting, **arguments)
    except RuleError as error:
        messages.error(request, str(error))
        return None
    messages.success(request, _("Saved."))
    return result


@require_POST
@partner_page(call_ins.go_on)
def call_in_go_on(request: PartnerRequest, pk: int) -> HttpResponse:
    """Begins the next phase."""
    _do(request, call_ins.go_on, call_in=_of_unit(request, pk))
    return redirect("call_in", pk=pk)


@partner_page(call_ins.invite)
def call_in_invite(request: PartnerRequest, pk: int) -> HttpResponse:
    """Invites somebody; `pk` is the person's."""
    person = own(request, Person, pk)
    log_read(request.acting, "person", pk, [person])
    form = InviteForm(request.POST or None, unit=request.acting.partner)
    if form.is_valid():
        try:
            invitee = call_ins.invite(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Invited. Only your unit sees who is."))
            return redirect("call_in", pk=invitee.call_in_id)
    title = _("Invite %(person)s to a call-in") % {"person": person}
    return _form(request, form, title, reverse("person", args=[pk]))


@require_POST
@partner_page(call_ins.note_invitee)
def invitee_note(request: PartnerRequest, pk: int) -> HttpResponse:
    """Whether somebody came, and until when the case rests."""
    invitee = own(request, Invitee, pk)
    form = InviteeForm(request.POST)
    if form.is_valid():
        _do(request, call_ins.note_invitee, invitee=invitee, **form.cleaned_data)
    else:
        messages.error(request, _("Nothing was saved. Check the day."))
    return redirect("call_in", pk=invitee.call_in_id)


@require_POST
@partner_page(call_ins.offer_help)
def call_in_offer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Offers an invited person a programme."""
    invitee = own(request, Invitee, pk, "call_in__to_partner")
    form = OfferForm(request.POST, service=invitee.call_in.to_partner)
    if form.is_valid():
        _do(request, call_ins.offer_help, invitee=invitee, **form.cleaned_data)
    else:
        messages.error(request, _("Nothing was saved. Choose a programme."))
    return redirect("call_in", pk=invitee.call_in_id)


def _offer_of_unit(request: PartnerRequest, pk: int) -> CallInOffer:
    offers = CallInOffer.objects.filter(from_partner=request.acting.partner)
    return get_object_or_404(offers.select_related("invitee__person", "programme"), pk=pk)


@require_POST
@partner_page(call_ins.accept_offer)
def call_in_accept(request: PartnerRequest, pk: int) -> HttpResponse:
    """The person wants it: on to the draft of the referral, for the consent."""
    offer = _offer_of_unit(request, pk)
    accepted = _do(request, call_ins.accept_offer, offer=offer)
    if accepted is None:
        return redirect("call_in", pk=offer.call_in_id)
    return redirect("referral_edit", pk=accepted.referral_id)


@require_POST
@partner_page(call_ins.decline_offer)
def call_in_decline(request: PartnerRequest, pk: int) -> HttpResponse:
    """The person does not want it."""
    offer = _offer_of_unit(request, pk)
    _do(request, call_ins.decline_offer, offer=offer)
    return redirect("call_in", pk=offer.call_in_id)
