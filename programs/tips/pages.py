"""Pages on which a partner reads what it was told, and answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from programs.permissions import TIPS
from programs.tips import actions as tips
from programs.tips.forms import AnswerForm, TipFilter
from programs.tips.lists import STATE_LOOKS, TIP_LIST
from programs.tips.models import KEPT_DAYS, Tip


@require_safe
@partner_page(TIPS)
def tip_list(request: PartnerRequest) -> HttpResponse:
    """What the acting partner was told, without the words."""
    own_tips = Tip.objects.filter(partner=request.acting.partner).select_related("district")
    tip_filter = TipFilter(request.GET, own_tips)
    shown = show(request, TIP_LIST, tip_filter.qs)
    takes = tips.who_takes_tips().filter(pk=request.acting.partner.pk).exists()
    context = {"shown": shown, "page": shown.page, "filter": tip_filter, "takes": takes, "kept_days": KEPT_DAYS}
    return render(request, "programs/tips/tip_list.html", context)


@require_safe
@partner_page(TIPS)
def tip(request: PartnerRequest, pk: int) -> HttpResponse:
    """One tip: its words, and the answer or the form for it. Opening it is noted."""
    opened = own(request, Tip, pk, "district", "read_by", "answered_by", "removed_by")
    tips.note_reading(by=request.acting, tip=opened)
    log_read(request.acting, "tip", opened.pk)
    return _page(request, opened, AnswerForm())


def _page(request: PartnerRequest, opened: Tip, form: AnswerForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"tip": opened, "form": form, "state_looks": STATE_LOOKS[opened.state]}
    return render(request, "programs/tips/tip.html", context, status=status)


@require_POST
@partner_page(tips.answer_tip)
def tip_answer(request: PartnerRequest, pk: int) -> HttpResponse:
    """Answers; what was typed stands in the page when it can't be."""
    answered, form = own(request, Tip, pk), AnswerForm(request.POST)
    if form.is_valid():
        try:
            tips.answer_tip(by=request.acting, tip=answered, answer=form.cleaned_data["answer"])
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Whoever has the code reads it."))
            return redirect("tip", pk=pk)
    return _page(request, answered, form, status=422)


@require_POST
@partner_page(tips.remove_words)
def tip_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the words out."""
    try:
        tips.remove_words(by=request.acting, tip=own(request, Tip, pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The words are gone. That there was a tip stays."))
    return redirect("tip", pk=pk)
