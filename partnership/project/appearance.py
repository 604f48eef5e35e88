"""The page's appearance: light, dark, or the device's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from partnership.pages.going_back import back


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; kept in a cookie of this browser."""
    response = back(request, "/")
    appearance = request.POST.get("theme", "")
    if appearance in {"light", "dark"}:
        response.set_cookie("theme", appearance, max_age=365 * 86400, samesite="Lax", secure=settings.SECURE)
    else:
        response.delete_cookie("theme")
    return response
