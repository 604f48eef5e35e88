"""Pages of stop signs: a sign is raised and taken down on the page of its diversion."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page, pass_door
from referrals.diversions.models import DiversionAgreement
from referrals.stops import actions as stops
from referrals.stops.models import StopSign


@require_POST
@partner_page(stops.raise_sign)
def stop_raise(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks the unit to call; `pk` is the diversion's."""
    diversion = get_object_or_404(
        DiversionAgreement.objects.seen_by(request.acting), pk=pk, to_partner=request.acting.partner
    )
    pass_door(request.acting, diversion)
    try:
        stops.raise_sign(by=request.acting, diversion=diversion)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They see it now. No reason was given, here or there."))
    return redirect("diversion", pk=pk)


@require_POST
@partner_page(stops.lift_sign)
def stop_lift(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the sign down; `pk` is the sign's."""
    sign = get_object_or_404(StopSign, pk=pk, to_partner=request.acting.partner)
    pass_door(request.acting, sign.diversion)
    stops.lift_sign(by=request.acting, sign=sign)
    messages.success(request, _("Taken down."))
    return redirect("diversion", pk=sign.diversion_id)
