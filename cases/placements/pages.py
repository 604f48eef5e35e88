"""Pages of placements: what waits, who is at work, the placements of one participation, and one placement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.permissions import PLACEMENTS
from cases.placements import actions as placements
from cases.placements.forms import ConsentForm, EndForm, PlaceForm, StartForm
from cases.placements.lists import LOOKS, PLACEMENT_LIST, next_step
from cases.placements.models import Placement
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show

WHICH = {
    "waiting": gettext_lazy("To do"),
    "working": gettext_lazy("At work"),
    "ended": gettext_lazy("Ended"),
}
"""What the list can show."""
RELATED = ("enrolment__person", "enrolment__programme", "offer__employer", "offer__district", "responsible", "partner")


def listed_placements(acting: Acting, which: str, whose: str) -> QuerySet[Placement]:
    """The partner's placements of a tab: all, or those for which the user is responsible."""
    rows = Placement.objects.filter(partner=acting.partner)
    if which == "working":
        rows = rows.filter(state=Placement.State.STARTED)
    elif which == "ended":
        rows = rows.filter(state=Placement.State.ENDED)
    else:
        rows = rows.waiting()
    if whose == "mine":
        rows = rows.filter(responsible=acting.user)
    return rows.select_related(*RELATED)


def _asked(request: PartnerRequest) -> tuple[str, str]:
    which = request.GET.get("which", "")
    return which if which in WHICH else "waiting", "mine" if request.GET.get("whose") == "mine" else "all"


@require_safe
@partner_page(PLACEMENTS)
def placement_list(request: PartnerRequest) -> HttpResponse:
    """What waits to be done; who is at work (`?which=working`), and what has ended."""
    which, whose = _asked(request)
    shown = show(request, PLACEMENT_LIST, listed_placements(request.acting, which, whose))
    if shown.page.rows:
        log_read(request.acting, "placement_list", 0, shown.page.rows)
    context = {"shown": shown, "page": shown.page, "which": which, "tabs": WHICH.items(), "whose": whose}
    return render(request, "cases/placements/placement_list.html", context)


@require_safe
@partner_page(PLACEMENTS)
def placement_export(request: PartnerRequest) -> HttpResponseBase:
    """The same list as a file."""
    which, whose = _asked(request)
    log_read(request.acting, "placement_export", 0, listed_placements(request.acting, which, whose))
    try:
        return export(
            request, PLACEMENT_LIST, lambda: listed_placements(request.acting, which, whose), name="placements"
        )
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("placement_list")


@require_safe
@partner_page(PLACEMENTS)
def placements_of(request: PartnerRequest, pk: int) -> HttpResponse:
    """The placements of one participation (`pk`), and offering another one."""
    return _of(request, own(request, Enrolment, pk, "person", "programme"))


def _of(request: PartnerRequest, enrolment: Enrolment, form: PlaceForm | None = None) -> HttpResponse:
    log_read(request.acting, "enrolment", enrolment.pk, [enrolment])
    team = enrolments.team(request.acting)
    rows = Placement.objects.filter(enrolment=enrolment).select_related(*RELATED).order_by("-offered_on", "-id")
    initial = {"responsible": request.user.pk}
    context = {
        "enrolment": enrolment,
        "placements": [(each, LOOKS[each.state]) for each in rows],
        "form": (form or PlaceForm(team=team, initial=initial)) if enrolment.ended_on is None else None,
    }
    return render(request, "cases/placements/placements_of.html", context, status=422 if form else 200)


@require_POST
@partner_page(placements.offer_placement)
def placement_offer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Offers work to whoever takes part; `pk` is the participation's."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = PlaceForm(request.POST, team=enrolments.team(request.acting))
    if form.is_valid():
        try:
            placement = placements.offer_placement(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. The employer knows nothing yet: ask the person what it may be told."))
            return redirect("placement", pk=placement.pk)
    return _of(request, enrolment, form)


@require_safe
@partner_page(PLACEMENTS)
def placement(request: PartnerRequest, pk: int) -> HttpResponse:
    """One placement: the offer, what the employer may be told, its days, and the next step."""
    return _sheet(request, own(request, Placement, pk, *RELATED))


def _sheet(request: PartnerRequest, one: Placement, status: int = 200, **with_errors: forms.Form) -> HttpResponse:
    log_read(request.acting, "placement", one.pk, [one])
    state = Placement.State(one.state)
    context: dict[str, Any] = {
        "placement": one,
        "looks": LOOKS[one.state],
        "next": next_step(one),
        "told": one.told(),
        "consent_form": ConsentForm(prefix="consent", initial=ConsentForm.of(one)),
        "start_form": StartForm(prefix="start"),
        "end_form": EndForm(prefix="end"),
        "may_consent": state == Placement.State.OFFERED and not one.consent_withdrawn_on,
        "may_agree": state == Placement.State.OFFERED and one.has_consent,
        "may_start": state == Placement.State.AGREED and one.has_consent,
    }
    return render(request, "cases/placements/placement.html", context | with_errors, status=status)


def _carry_out(
    request: PartnerRequest, one: Placement, name: str, form: forms.Form, deed: Callable[..., object]
) -> HttpResponse:
    """Carries out one of the sheet's forms, or shows the sheet again with its errors."""
    if form.is_valid():
        try:
            deed(by=request.acting, placement=one, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("placement", pk=one.pk)
    return _sheet(request, one, status=422, **{name: form})


@require_POST
@partner_page(placements.record_consent)
def placement_consent(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records what the employer may be told."""
    one, form = own(request, Placement, pk, *RELATED), ConsentForm(request.POST, prefix="consent")
    return _carry_out(request, one, "consent_form", form, placements.record_consent)


@require_POST
@partner_page(placements.start)
def placement_start(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that the person has begun."""
    one, form = own(request, Placement, pk, *RELATED), StartForm(request.POST, prefix="start")
    return _carry_out(request, one, "start_form", form, placements.start)


@require_POST
@partner_page(placements.end)
def placement_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends it, for a reason."""
    one, form = own(request, Placement, pk, *RELATED), EndForm(request.POST, prefix="end")
    return _carry_out(request, one, "end_form", form, placements.end)


@require_POST
@partner_page(placements.withdraw_consent)
def placement_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the consent back for the person."""
    return _do(request, pk, placements.withdraw_consent)


@require_POST
@partner_page(placements.agree)
def placement_agree(request: PartnerRequest, pk: int) -> HttpResponse:
    """The employer has agreed."""
    return _do(request, pk, placements.agree)


@require_POST
@partner_page(placements.confirm)
def placement_confirm(request: PartnerRequest, pk: int) -> HttpResponse:
    """The person is still there."""
    return _do(request, pk, placements.confirm)


@require_POST
@partner_page(placements.take_back)
def placement_take_back(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the last step back."""
    return _do(request, pk, placements.take_back)


def _do(request: PartnerRequest, pk: int, deed: Callable[..., object]) -> HttpResponse:
    """Carries out what a button says, and says how it went."""
    one = own(request, Placement, pk, "enrolment")
    try:
        deed(by=request.acting, placement=one)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("placement", pk=pk)
