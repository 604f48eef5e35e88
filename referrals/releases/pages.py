"""Pages of a prison: its releases, and what it says of one, posted from the referral's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.custody.forms import ReleasedForm
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page, pass_door
from partnership.pages.lists import export, show
from referrals.handover.models import Referral
from referrals.permissions import RELEASE_NOTICES
from referrals.releases import actions as releases
from referrals.releases.forms import NoticeForm
from referrals.releases.lists import RELEASE_NOTICE_LIST
from referrals.releases.models import ReleaseNotice

STAYS_FOR = timedelta(days=14)
"""So long after a release it is among those of now."""
WHICH = {"now": gettext_lazy("Ahead and just released"), "past": gettext_lazy("Released longer ago")}


def listed_notices(acting: Acting, which: str) -> QuerySet[ReleaseNotice]:
    """What the acting partner said of releases: those of now, or of longer ago."""
    mine = ReleaseNotice.objects.filter(from_partner=acting.partner)
    is_now = Q(released_at=None) | Q(released_at__gt=timezone.now() - STAYS_FOR)
    rows = mine.exclude(is_now) if which == "past" else mine.filter(is_now)
    return rows.select_related("referral__person", "referral__first_contact", "to_partner")


def _which(request: PartnerRequest) -> str:
    return "past" if request.GET.get("which") == "past" else "now"


@require_safe
@partner_page(RELEASE_NOTICES)
def release_notice_list(request: PartnerRequest) -> HttpResponse:
    """The releases of the people whom a prison referred, the soonest first, with the first contact after."""
    which = _which(request)
    shown = show(request, RELEASE_NOTICE_LIST, listed_notices(request.acting, which))
    if shown.page.rows:
        log_read(request.acting, "release_notice_list", 0, shown.page.rows)
    context = {"shown": shown, "page": shown.page, "which": which, "tabs": WHICH.items()}
    return render(request, "referrals/releases/release_notice_list.html", context)


@require_safe
@partner_page(RELEASE_NOTICES)
def release_notice_export(request: PartnerRequest) -> HttpResponseBase:
    """The same list as a file."""
    which = _which(request)
    log_read(request.acting, "release_notice_export", 0, listed_notices(request.acting, which))
    try:
        return export(request, RELEASE_NOTICE_LIST, lambda: listed_notices(request.acting, which), name="releases")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("release_notice_list")


@require_POST
@partner_page(releases.say_release)
def release_say(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says the planned day of a release and its conditions; `pk` is the referral's."""
    form = NoticeForm(request.POST, prefix="notice")
    terms = form.cleaned_data if form.is_valid() else {}
    return _carry_out(request, pk, form, releases.say_release, terms, _("Said, and the receiver is told."))


@require_POST
@partner_page(releases.say_released)
def release_happened(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that the person was released; `pk` is the referral's."""
    form = ReleasedForm(request.POST, prefix="released")
    terms = form.terms() if form.is_valid() else {}
    return _carry_out(request, pk, form, releases.say_released, terms, _("Said, and the receiver is told."))


def _carry_out(
    request: PartnerRequest, pk: int, form: forms.Form, deed: Callable[..., object], terms: dict[str, Any], done: str
) -> HttpResponse:
    referral = get_object_or_404(Referral.objects.seen_by(request.acting), pk=pk)
    pass_door(request.acting, referral)
    if form.is_valid():
        try:
            deed(by=request.acting, referral=referral, **terms)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
    else:
        label, errors = next((form.fields[name].label, errors) for name, errors in form.errors.items())
        messages.error(request, f"{label}: {errors[0]}")
    return redirect("referral", pk=pk)
