"""Pages of anchor teams: which there are, and who sits in one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from referrals.anchor import actions as anchor
from referrals.anchor.forms import OfferSeatForm, TeamForm
from referrals.anchor.models import AnchorSeat, AnchorTeam
from referrals.permissions import ANCHOR_CASES


@require_safe
@partner_page(ANCHOR_CASES)
def anchor_team_list(request: PartnerRequest) -> HttpResponse:
    """All teams of the partnership, with who sits in them."""
    teams = list(AnchorTeam.objects.select_related("partner"))
    seats = AnchorSeat.objects.filter(team__in=teams, ended_on=None).select_related("to_partner").order_by("id")
    rows = [(team, [seat for seat in seats if seat.team_id == team.pk]) for team in teams]
    return render(request, "referrals/anchor/team_list.html", {"rows": rows})


@partner_page(anchor.set_up_team)
def anchor_team_new(request: PartnerRequest) -> HttpResponse:
    """Sets up a team at the own unit."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        try:
            team = anchor.set_up_team(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Set up. Give the other professions their seats."))
            return redirect("anchor_team", pk=team.pk)
    context = {"form": form, "title": _("New anchor team"), "back": reverse("anchor_team_list")}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@partner_page(ANCHOR_CASES)
def anchor_team(request: PartnerRequest, pk: int) -> HttpResponse:
    """A team: its seats, who sits there, and for its unit giving another."""
    return _team_page(request, get_object_or_404(AnchorTeam.objects.select_related("partner"), pk=pk))


def _team_page(
    request: PartnerRequest, team: AnchorTeam, form: OfferSeatForm | None = None, status: int = 200
) -> HttpResponse:
    seats = list(team.seats.filter(ended_on=None).select_related("to_partner", "user").order_by("id"))
    is_own = team.partner_id == request.acting.partner.pk
    context = {
        "team": team,
        "seats": seats,
        "is_own": is_own,
        "form": form or (OfferSeatForm(seats=seats) if is_own else None),
    }
    return render(request, "referrals/anchor/team.html", context, status=status)


@require_POST
@partner_page(anchor.offer_seat)
def anchor_seat_offer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Gives an organisation a seat in an own team."""
    team = own(request, AnchorTeam, pk, "partner")
    form = OfferSeatForm(request.POST, seats=list(team.seats.filter(ended_on=None)))
    if form.is_valid():
        try:
            seat = anchor.offer_seat(by=request.acting, team=team, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            text = _("%(partner)s has a seat and was told. One of them takes it.")
            messages.success(request, text % {"partner": seat.to_partner.name})
            return redirect("anchor_team", pk=pk)
    return _team_page(request, team, form, status=422)


@require_POST
@partner_page(anchor.take_seat)
def anchor_seat_take(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the own organisation's seat."""
    seat = get_object_or_404(AnchorSeat, pk=pk, to_partner=request.acting.partner, ended_on=None)
    anchor.take_seat(by=request.acting, seat=seat)
    messages.success(request, _("You sit in the team now."))
    return redirect("anchor_team", pk=seat.team_id)


@require_POST
@partner_page(anchor.end_seat)
def anchor_seat_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends an organisation's seat in an own team."""
    seat = get_object_or_404(AnchorSeat, pk=pk, from_partner=request.acting.partner, ended_on=None)
    anchor.end_seat(by=request.acting, seat=seat)
    messages.success(request, _("Ended. They open no more cases in this team."))
    return redirect("anchor_team", pk=seat.team_id)
