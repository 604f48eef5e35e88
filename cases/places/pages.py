"""Pages of beds: the board, who moves in and out, the stays of one participation, and how full the beds were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment
from cases.permissions import BEDS
from cases.places import actions as places
from cases.places import occupancy as nights
from cases.places.forms import BedForm, EndStayForm, ExpectForm, MoveInForm, OutForm, SituationForm
from cases.places.models import Bed, Situation, Stay
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Partner
from partnership.pages.downloads import spreadsheet_csv
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.number_format import typed
from programs.catalogue.models import Part, Programme

MOST_WAITING = 200
"""The newest open participations without a bed that a page shows."""


def programmes_with_beds(partner: Partner) -> list[Programme]:
    """Own programmes that use beds, by name."""
    return list(Programme.objects.filter(partner=partner, parts__contains=[Part.BEDS], is_active=True).order_by("name"))


def _without_bed(programme: Programme) -> list[Enrolment]:
    """Who takes part and is in no bed, the newest first."""
    in_bed = Stay.objects.filter(enrolment=OuterRef("pk"), ended_on=None)
    waiting = Enrolment.objects.open().filter(~Exists(in_bed), programme=programme).select_related("person")
    return list(waiting.order_by("-started_on", "-id")[:MOST_WAITING])


@require_safe
@partner_page(BEDS)
def bed_board(request: PartnerRequest) -> HttpResponse:
    """Each bed of a programme: who is in it, since when and until when; which are free; who waits for one."""
    programmes = programmes_with_beds(request.acting.partner)
    asked = typed(request.GET.get("programme", ""))
    programme = next((each for each in programmes if each.pk == asked), programmes[0] if programmes else None)
    context: dict[str, Any] = {"programmes": programmes, "programme": programme}
    if programme:
        board = nights.board_of(programme)
        waiting = _without_bed(programme)
        people = [stay for _bed, stay in board if stay and stay.enrolment_id]
        if people or waiting:
            log_read(request.acting, "bed_board", 0, [*people, *waiting])
        context |= {
            "board": board,
            "waiting": waiting,
            "free": sum(stay is None for _bed, stay in board),
            "away": sum(stay.is_away_tonight for stay in people),
        }
    return render(request, "cases/places/bed_board.html", context)


@partner_page(places.save_bed)
def bed_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """A new bed; `pk` is the programme's."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    return _bed_form(request, Bed(partner=request.acting.partner, programme=programme), _("New bed"))


@partner_page(places.save_bed)
def bed_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Name, room and for whom; closing it."""
    bed = get_object_or_404(
        Bed.objects.select_related("programme"), pk=pk, partner=request.acting.partner, closed_on=None
    )
    return _bed_form(request, bed, str(bed))


def _bed_form(request: PartnerRequest, bed: Bed, title: str) -> HttpResponse:
    form = BedForm(request.POST or None, instance=bed)
    if form.is_valid():
        try:
            places.save_bed(by=request.acting, bed=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Its place counts at once."))
            return redirect(_board(bed.programme_id))
    context = {"form": form, "title": title, "back": _board(bed.programme_id), "bed": bed}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/places/bed_form.html", context, status=status)


def _board(programme: int) -> str:
    return f"{reverse('bed_board')}?programme={programme}"


@require_POST
@partner_page(places.close_bed)
def bed_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """Closes a bed for good."""
    bed = get_object_or_404(Bed, pk=pk, partner=request.acting.partner)
    try:
        places.close_bed(by=request.acting, bed=bed)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Closed. It counts as a place no more."))
    return redirect(_board(bed.programme_id))


@partner_page(places.move_in)
def bed_move_in(request: PartnerRequest, pk: int) -> HttpResponse:
    """Somebody of the programme moves into a free bed."""
    bed = get_object_or_404(Bed.objects.select_related("programme"), pk=pk, partner=request.acting.partner)
    waiting = _without_bed(bed.programme)
    form = MoveInForm(request.POST or None, waiting=waiting, initial={"enrolment": typed(request.GET.get("who", ""))})
    if form.is_valid():
        try:
            places.move_in(by=request.acting, bed=bed, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Moved in. Write down work and housing on the page of their stays."))
            return redirect(_board(bed.programme_id))
    if waiting:
        log_read(request.acting, "bed_board", 0, waiting)
    context = {
        "form": form,
        "waiting": waiting,
        "title": _("Move into %(bed)s") % {"bed": bed},
        "back": _board(bed.programme_id),
        "submit": _("Move in"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/places/move_in.html", context, status=status)


@partner_page(places.take_out_of_service)
def bed_out(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a free bed out of service."""
    bed = get_object_or_404(Bed, pk=pk, partner=request.acting.partner)
    form = OutForm(request.POST or None)
    if form.is_valid():
        try:
            places.take_out_of_service(by=request.acting, bed=bed, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Out of service. It is no free place until you put it back."))
            return redirect(_board(bed.programme_id))
    title = _("Take %(bed)s out of service") % {"bed": bed}
    return _form(request, form, title, _board(bed.programme_id))


def _form(request: PartnerRequest, form: Any, title: str, back: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


def _stay(request: PartnerRequest, pk: int) -> Stay:
    """An own stay. No reason is asked for: whoever is on a shift answers for each bed, and a stay says no more than days."""
    stays = Stay.objects.select_related("bed", "enrolment__person")
    return get_object_or_404(stays, pk=pk, partner=request.acting.partner)


@partner_page(places.end_stay)
def stay_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Somebody moves out, or a bed is put back into service."""
    stay = _stay(request, pk)
    form = EndStayForm(request.POST or None)
    if form.is_valid():
        try:
            places.end_stay(by=request.acting, stay=stay, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The bed is free."))
            return redirect(_board(stay.programme_id))
    if stay.enrolment is None:
        form.fields["ended_on"].label = _("In service again from")
        form.fields["ended_on"].help_text = ""
        title = _("Put %(bed)s back into service") % {"bed": stay.bed}
    else:
        log_read(request.acting, "bed_board", 0, [stay])
        title = _("%(person)s moves out of %(bed)s") % {"person": stay.enrolment.person, "bed": stay.bed}
    return _form(request, form, title, _board(stay.programme_id))


@require_POST
@partner_page(places.mark_away)
def stay_away(request: PartnerRequest, pk: int) -> HttpResponse:
    """Somebody sleeps elsewhere tonight, or does not after all (`undo`)."""
    stay = _stay(request, pk)
    try:
        places.mark_away(by=request.acting, stay=stay, night=stay.tonight, is_away="undo" not in request.POST)
    except RuleError as error:
        messages.error(request, str(error))
    return redirect(_board(stay.programme_id))


# --- The stays of one participation ----------------------------------------------------------------------------------------------


@require_safe
@partner_page(BEDS)
def stays(request: PartnerRequest, pk: int) -> HttpResponse:
    """The beds of a participation, and work and housing at entry and exit."""
    return _stays_page(request, own(request, Enrolment, pk, "person", "programme"))


def _stays_page(request: PartnerRequest, enrolment: Enrolment, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "enrolment", enrolment.pk, [enrolment])
    rows = list(Stay.objects.filter(enrolment=enrolment).select_related("bed").order_by("-started_on", "-id"))
    current = next((stay for stay in rows if stay.ended_on is None), None)
    known = {each.moment: each for each in Situation.objects.filter(enrolment=enrolment)}
    context = {
        "enrolment": enrolment,
        "stays": rows,
        "current": current,
        "expect_form": ExpectForm(initial={"expected_until": current.expected_until if current else None}),
        "situations": [
            {
                "moment": moment,
                "label": label,
                "known": known.get(moment),
                "form": forms.get(f"{moment}_form") or _situation_form(enrolment, moment, known.get(moment)),
            }
            for moment, label in Situation.Moment.choices
        ],
    }
    return render(request, "cases/places/stays.html", context | forms, status=status)


def _situation_form(enrolment: Enrolment, moment: str, known: Situation | None, data: Any = None) -> SituationForm:
    on = enrolment.started_on if moment == Situation.Moment.ENTRY else enrolment.ended_on or timezone.localdate()
    return SituationForm(data, instance=known, initial={} if known else {"on": on}, prefix=moment)


@require_POST
@partner_page(places.write_situation)
def situation_write(request: PartnerRequest, pk: int, moment: str) -> HttpResponse:
    """Writes down work and housing of one of the two moments."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    if moment not in Situation.Moment.values:
        return redirect("stays", pk=pk)
    form = SituationForm(request.POST, prefix=moment)
    if form.is_valid():
        try:
            places.write_situation(by=request.acting, enrolment=enrolment, moment=moment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("stays", pk=pk)
    return _stays_page(request, enrolment, status=422, **{f"{moment}_form": form})


@require_POST
@partner_page(places.expect_until)
def stay_expect(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says until when somebody is expected to stay."""
    stay = own(request, Stay, pk, "enrolment__person", "enrolment__programme")
    if stay.enrolment is None:
        return redirect(_board(stay.programme_id))
    form = ExpectForm(request.POST)
    if form.is_valid():
        try:
            places.expect_until(by=request.acting, stay=stay, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("stays", pk=stay.enrolment_id)
    return _stays_page(request, stay.enrolment, status=422, expect_form=form)


# --- Occupancy -------------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(BEDS)
def occupancy(request: PartnerRequest, pk: int) -> HttpResponse:
    """How full a programme's beds were in the last twelve months; `?format=csv` downloads it."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    months = nights.months_of(programme, timezone.localdate())
    if request.GET.get("format") == "csv":
        response = HttpResponse(spreadsheet_csv(nights.table(months)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="occupancy-{programme.pk}.csv"'
        return response
    context = {
        "programme": programme,
        "months": months,
        "outcomes": nights.outcomes_of(programme),
        "board": _board(programme.pk),
    }
    return render(request, "cases/places/occupancy.html", context)
