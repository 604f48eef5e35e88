"""Error pages: what happened, in words, and what to do."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
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


RETRY_AFTER_SECONDS = 10
PASSES = {"40001", "40P01", "53300", "53400", "55P03", "57014", "57P01", "57P02", "57P03"}
"""SQLSTATEs of a database that is busy, restarts or takes no more connections."""


def passes(error: BaseException | None) -> bool:
    """Whether the same request may well succeed in a moment: the database is away or busy, the program did nothing wrong."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code in PASSES


def server_error(request: HttpRequest) -> HttpResponse:
    """Without anything that could fail again: no menu, no database. Django calls it while it handles the error."""
    if passes(sys.exc_info()[1]):
        return _back_in_a_moment(request)
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


def _back_in_a_moment(request: HttpRequest) -> HttpResponse:
    """503, and when to ask again."""
    if request.path.startswith("/api/"):
        response = problems.plain(request, 503)
    else:
        text = _(
            "The portal can't reach its data just now. Nothing of what you sent was saved. Wait a moment, then send it again."
        )
        context = {"status": 503, "title": _("Back in a moment"), "text": text}
        response = TemplateResponse(request, "project/error_plain.html", context, status=503).render()
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What was sent from this very browser waits on a page that sends it again; a stranger's request has no cookie for that."""
    if request.method == "POST" and form_drafts.stash(request):
        return redirect("unsent")
    text = _("Your session has ended, or the browser sent no cookie. Go back, reload the page and send again.")
    return _page(request, 403, _("Please send it again"), text)
