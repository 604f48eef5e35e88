"""A search within a list: what was typed is a name, and stands in no address, where logs and histories would keep it. It waits in
the session, encrypted, and the address says only that there is one (?found=1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from partnership.isolation import encryption

MOST_LETTERS = 100


def _key(page: str) -> str:
    return f"searched-{page}"


def remember(request: HttpRequest, page: str) -> HttpResponse:
    """Takes up what was posted as `q`, and opens the list again with its other filters; nothing typed: the whole list."""
    text = request.POST.get("q", "").replace("\x00", "").strip()[:MOST_LETTERS]
    request.session[_key(page)] = encryption.encrypt(text) if text else ""
    params = request.GET.copy()
    for name in ("after", "found"):
        params.pop(name, None)
    if text:
        params["found"] = "1"
    return redirect(f"{request.path}?{params.urlencode()}" if params else request.path)


def searched(request: HttpRequest, page: str) -> str:
    """What the list is searched for; nothing where its address does not say that it is."""
    token = request.session.get(_key(page), "") if request.GET.get("found") else ""
    return encryption.decrypt(token) if token else ""
