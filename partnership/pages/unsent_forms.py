"""Addresses that keep what is typed, and the page that gives it back after the session had ended."""

from __future__ import annotations

import json

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.pages import form_drafts
from partnership.pages.guard import partner_page
from partnership.pages.template_tags import moment


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
    path = request.POST.get("keep-path", "")
    if not path.startswith("/") or len(path) > 200:
        return HttpResponse(status=400)
    pairs = [(name, value) for name, value in form_drafts.pairs_of(request.POST) if not name.startswith("keep-")]
    if "keep-drop" in request.POST:
        form_drafts.drop(acting, path)
    elif sum(len(name) + len(value) for name, value in pairs) > form_drafts.MOST_CHARACTERS:
        return HttpResponse(status=413)
    else:
        form_drafts.keep(acting, path, pairs)
    return HttpResponse(status=204)


@require_safe
@partner_page()
def unsent(request: PartnerRequest) -> HttpResponse:
    """The form that was sent after the session had ended: send it now, or drop it."""
    draft = form_drafts.unsent(request)
    if draft is None:
        return redirect("home")
    texts = [value for name, value in draft.pairs if len(value) > 20 or " " in value]
    return render(request, "pages/unsent.html", {"unsent": draft, "texts": texts})


@require_POST
@partner_page()
def unsent_drop(request: PartnerRequest) -> HttpResponse:
    """Drops the form that waited for its writer to sign in again."""
    request.session.pop(form_drafts.STASH_KEY, None)
    return redirect("home")
