"""Addresses that keep what is typed, and the page that gives it back after the session had ended."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.pages import form_drafts
from partnership.pages.guard import partner_page
from partnership.pages.template_tags import moment

BACK_IN_FORM = "kept"
"""What the address of a page ends with that shall show the form in which something is back."""


@partner_page()
def keep(request: PartnerRequest) -> HttpResponse:
    """GET: what is kept for the forms of a page (?path=…). POST: keeps a form; `keep-path` says where it is sent to,
    `keep-drop` that it need not be kept any more.
    """
    acting = request.acting
    if request.method != "POST":
        drafts = form_drafts.drafts_of(acting, request.GET.getlist("path")[:20])
        return JsonResponse(
            {
                form.path: {
                    "fields": json.loads(form.content),
                    "text": _("What you typed here on %(moment)s is back.") % {"moment": moment(form.kept_at)},
                }
                for form in drafts
            }
        )
    path, page = request.POST.get("keep-path", ""), request.POST.get("keep-page", "")
    if not form_drafts.is_own_page(path):
        return HttpResponse(status=400)
    pairs = [(name, value) for name, value in form_drafts.pairs_of(request.POST) if not name.startswith("keep-")]
    if "keep-drop" in request.POST:
        form_drafts.drop(acting, path)
    elif sum(len(name) + len(value) for name, value in pairs) > form_drafts.MOST_CHARACTERS:
        return HttpResponse(status=413)
    else:
        form_drafts.keep(acting, path, pairs, page if form_drafts.is_own_page(page) else "")
    return HttpResponse(status=204)


@require_safe
@partner_page()
def unsent(request: PartnerRequest) -> HttpResponse:
    """The form that was sent after the session had ended opens again where it was filled in, with all that was typed. Where that
    page is not known, or runs no scripts (?plain=1), what was typed stands here: send it now, or discard it."""
    draft = form_drafts.unsent(request)
    if draft is None:
        return redirect("home")
    if draft.page and "plain" not in request.GET:
        form_drafts.keep(request.acting, draft.path, draft.pairs, draft.page)
        messages.warning(
            request,
            format_html(
                '{} <noscript><a href="{}?plain=1">{}</a></noscript>',
                _(
                    "You were signed out before the form was sent. We saved what you typed: it's back in the form. Check it, then send."
                ),
                reverse("unsent"),
                _("Show what you typed"),
            ),
        )
        return redirect(f"{draft.page}#{BACK_IN_FORM}")
    texts = [value for name, value in draft.pairs if len(value) > 20 or " " in value]
    return render(request, "pages/unsent.html", {"unsent": draft, "texts": texts})


@require_POST
@partner_page()
def unsent_drop(request: PartnerRequest) -> HttpResponse:
    """Discards the form that waited for its writer to sign in again."""
    draft = form_drafts.unsent(request)
    if draft:
        form_drafts.drop(request.acting, draft.path)
    request.session.pop(form_drafts.STASH_KEY, None)
    return redirect("home")
