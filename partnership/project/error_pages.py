"""Error pages: what happened, in words, and what to do."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from partnership.api import problems
from partnership.pages import form_drafts


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.plain(request, status)
    return render(request, "project/error.html", {"status": status, "title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that can't be understood, or holds too much."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        text = _(
            "What you sent is too large. Send less at once, or a smaller file; go back, and what you typed is still there."
        )
        return _page(request, 413, _("Too large"), text)
    return _page(request, 400, _("This request can't be understood"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the role does not include, with the reason."""
    text = str(exception) or _("Your role does not include this.")
    return _page(request, 403, _("Not for your role"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing that the acting partner may see."""
    text = _(
        "There is no such page, or it is not yours to see. Check the address, or whether you act for the right partner."
    )
    return _page(request, 404, _("Nothing here"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without anything that could fail again: no menu, no database."""
    if request.path.startswith("/api/"):
        return problems.plain(request, 500)
    text = _(
        "The portal made a mistake. Nothing of what you sent was saved. Try again; if it stays, tell your administrator."
    )
    return TemplateResponse(
        request,
        "project/error_plain.html",
        {"status": 500, "title": _("Something went wrong"), "text": text},
        status=500,
    ).render()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What was sent from this very browser waits on a page that sends it again; a stranger's request has no cookie for that."""
    if request.method == "POST" and form_drafts.stash(request):
        return redirect("unsent")
    text = _("Your session has ended, or the browser sent no cookie. Go back, reload the page and send again.")
    return _page(request, 403, _("Please send it again"), text)
