"""Pages of phases: the board, the sheet of one participation with reviews and responses, and the phases of a programme."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment
from cases.permissions import PHASES
from cases.phases import actions as phases
from cases.phases import board as boards
from cases.phases.forms import BeginForm, PhaseForm, ResponseForm, ReviewForm
from cases.phases.models import Phase, PhaseStay, Response, Review
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.number_format import typed
from programs.catalogue.models import Part, Programme

MOST = 100
"""The newest reviews and responses that a sheet shows."""


@require_safe
@partner_page(PHASES)
def phase_board(request: PartnerRequest) -> HttpResponse:
    """Who is in which phase of a programme, and whose review is due."""
    own_ones = Programme.objects.filter(partner=request.acting.partner, parts__contains=[Part.PHASES], is_active=True)
    programmes = list(own_ones.order_by("name"))
    asked = typed(request.GET.get("programme", ""))
    programme = next((each for each in programmes if each.pk == asked), programmes[0] if programmes else None)
    context: dict[str, Any] = {"programmes": programmes, "programme": programme}
    if programme:
        today = timezone.localdate()
        board = boards.board_of(programme)
        if people := board.people():
            log_read(request.acting, "phase_board", 0, people)
        context |= {
            "board": board,
            "due": {place.stay.pk for _phase, there in board.phases for place in there if place.is_due(today)},
            "responses": boards.response_figures(programme, today),
        }
    return render(request, "cases/phases/phase_board.html", context)


# --- One participation -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(PHASES)
def phase_sheet(request: PartnerRequest, pk: int) -> HttpResponse:
    """The phases of a participation, with its reviews and responses."""
    return _sheet(request, own(request, Enrolment, pk, "person", "programme"))


def _sheet(request: PartnerRequest, enrolment: Enrolment, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "enrolment", enrolment.pk, [enrolment])
    stays = list(PhaseStay.objects.filter(enrolment=enrolment).select_related("phase").order_by("started_on", "id"))
    current = next((stay for stay in stays if stay.ended_on is None), None)
    reviews = list(
        Review.objects.filter(enrolment=enrolment)
        .select_related("phase", "recorded_by")
        .order_by("-held_on", "-id")[:MOST]
    )
    context = {
        "enrolment": enrolment,
        "stays": stays,
        "current": current,
        "is_completed": bool(stays) and stays[-1].result == PhaseStay.Result.COMPLETED,
        "due_on": boards.due_on(current, reviews[0] if reviews else None) if current else None,
        "today": timezone.localdate(),
        "reviews": reviews,
        "responses": Response.objects.filter(enrolment=enrolment, removed_on=None)
        .select_related("recorded_by")
        .order_by("-on", "-id")[:MOST],
        "begin_form": BeginForm(prefix="begin"),
        "review_form": ReviewForm(prefix="review", initial={"stay": current.pk if current else None}),
        "response_form": ResponseForm(prefix="response"),
    }
    return render(request, "cases/phases/phase_sheet.html", context | forms, status=status)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: Any, action: Any, done: str) -> HttpResponse:
    """Carries out one of the sheet's forms, or shows the sheet again with its errors."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    if form.is_valid():
        try:
            action(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect("phase_sheet", pk=pk)
    return _sheet(request, enrolment, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(phases.begin_phases)
def phase_begin(request: PartnerRequest, pk: int) -> HttpResponse:
    form = BeginForm(request.POST, prefix="begin")
    return _carry_out(request, pk, "begin", form, phases.begin_phases, _("The first phase has begun."))


@require_POST
@partner_page(phases.record_review)
def review_record(request: PartnerRequest, pk: int) -> HttpResponse:
    form = ReviewForm(request.POST, prefix="review")
    return _carry_out(request, pk, "review", form, phases.record_review, _("Saved: the review, and what it decided."))


@require_POST
@partner_page(phases.record_response)
def response_record(request: PartnerRequest, pk: int) -> HttpResponse:
    form = ResponseForm(request.POST, prefix="response")
    return _carry_out(request, pk, "response", form, phases.record_response, _("Saved."))


@require_POST
@partner_page(phases.remove_response)
def response_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a response out that was recorded by mistake."""
    response = own(request, Response, pk, "enrolment")
    phases.remove_response(by=request.acting, response=response)
    messages.success(request, _("Removed. Its history keeps it."))
    return redirect("phase_sheet", pk=response.enrolment_id)


# --- The phases of a programme ---------------------------------------------------------------------------------------------------


@require_safe
@partner_page(PHASES)
def phase_list(request: PartnerRequest, pk: int) -> HttpResponse:
    """The phases of an own programme, with what each asks."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    rows = list(Phase.objects.filter(programme=programme, partner=request.acting.partner).order_by("number"))
    return render(request, "cases/phases/phase_list.html", {"programme": programme, "phases": rows})


@require_POST
@partner_page(phases.use_scheme)
def phase_scheme(request: PartnerRequest, pk: int) -> HttpResponse:
    """Gives a programme the five usual phases."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    try:
        phases.use_scheme(by=request.acting, programme=programme)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Added. Now say how long each lasts at least, and what it asks."))
    return redirect("phase_list", pk=pk)


@partner_page(phases.save_phase)
def phase_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """A new last phase; `pk` is the programme's."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    return _phase_form(request, Phase(partner=request.acting.partner, programme=programme), _("New phase"))


@partner_page(phases.save_phase)
def phase_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    phase = own(request, Phase, pk, "programme")
    return _phase_form(request, phase, str(phase))


def _phase_form(request: PartnerRequest, phase: Phase, title: str) -> HttpResponse:
    form = PhaseForm(request.POST or None, instance=phase)
    if form.is_valid():
        phases.save_phase(by=request.acting, phase=form.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect("phase_list", pk=phase.programme_id)
    back = reverse("phase_list", args=[phase.programme_id])
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@require_POST
@partner_page(phases.remove_phase)
def phase_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Removes the last phase."""
    phase = own(request, Phase, pk)
    programme = phase.programme_id
    try:
        phases.remove_phase(by=request.acting, phase=phase)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Removed."))
    return redirect("phase_list", pk=programme)
