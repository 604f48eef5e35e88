"""Maintenance: while the file var/maintenance exists, every page says so, and when to come back. (manage.py maintenance on|off)"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from partnership.api import problems

RETRY_AFTER_SECONDS = 600
ALWAYS = ("/readyz", "/static/")


def maintenance(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers 503 to everything but the probes and static files, without the database, the session or a menu."""
    marker = settings.MAINTENANCE_FILE

    def middleware(request: HttpRequest) -> HttpResponse:
        if not marker.exists() or request.path.startswith(ALWAYS):
            return get_response(request)
        if request.path.startswith("/api/"):
            response = problems.plain(request, 503)
        else:
            text = _("The portal is being looked after. Nothing is lost; come back in a few minutes.")
            context = {"status": 503, "title": _("Back soon"), "text": text}
            response = TemplateResponse(request, "project/error_plain.html", context, status=503).render()
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    return middleware
