"""Pages on which anybody tells a partner something without signing in, and reads its answer by a code."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from partnership.isolation.context import signature_of
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.limits import client_address, counted
from partnership.pages.public import in_language
from programs.tips import actions as tips
from programs.tips.forms import CodeForm, TipForm
from programs.tips.models import KEPT_DAYS

MOST_AT_ONCE = 10
"""So many tips, or codes, from one address in ten minutes. The address is counted under a keyed hash, for that long."""


def _public() -> dict[str, object]:
    """What every public page shows."""
    return {"exit": settings.QUICK_EXIT_URL, "is_demo": settings.DEMO, "kept_days": KEPT_DAYS}


def _is_too_often(request: HttpRequest, what: str) -> bool:
    return counted(f"{what}:{signature_of('tips', client_address(request))}", 600) > MOST_AT_ONCE


@require_safe
@in_language
def who_takes_tips(request: HttpRequest) -> HttpResponse:
    """To whom something can be told."""
    return render(request, "programs/tips/who.html", {"partners": tips.who_takes_tips(), **_public()})


@csrf_exempt  # a form that nobody signs in for has nobody to protect, and a token would be a cookie
@in_language
def tip_give(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and once it was sent the code. No sign-in, no cookie; neither address nor time of day is kept."""
    partner = get_object_or_404(tips.who_takes_tips(), pk=pk)
    form, code, status = TipForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            words = {name: form.cleaned_data[name] for name in ("kind", "district", "text")}
            try:
                if _is_too_often(request, "tip"):
                    status = 429
                    form.add_error(None, _("Too many messages from here. Wait ten minutes, then send it again."))
                else:
                    code = tips.give_tip(partner=partner, **words)
                    status = 200
            except RuleError as error:
                refuse(form, error)
    parts = [code[place : place + 4] for place in range(0, len(code), 4)]
    context = {"partner": partner, "form": form, "code": "-".join(parts), **_public()}
    return render(request, "programs/tips/give.html", context, status=status)


@csrf_exempt  # as above; sent and not asked for by address, so that no list of addresses has the code
@in_language
def tip_told(request: HttpRequest) -> HttpResponse:
    """What became of a tip, by its code."""
    form, told, status = CodeForm(request.POST if request.method == "POST" else None), None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if _is_too_often(request, "tip-code"):
                status = 429
                form.add_error("code", _("Too many attempts. Wait ten minutes, then try again."))
            else:
                try:
                    told, status = tips.told(form.cleaned_data["code"]), 200
                except RuleError as error:
                    form.add_error("code", str(error))
    return render(request, "programs/tips/told.html", {"form": form, "told": told, **_public()}, status=status)
