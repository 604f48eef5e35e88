"""A visit to My page: who knew code and date of birth, for as long as the session lasts.

All that My page shows is read inside `Visit.reads`, as the role that sees this one person's rows. What a person does there the
portal does for them (`actions.for_person`), after it has read, as that role, that it is theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from cases.my_page.models import Card
from partnership.isolation.acting import as_person
from partnership.members.models import Partner

COOKIE, LANGUAGE_COOKIE = "my", "my_language"
PATH = "/my/"
SHOWN = ("id", "partner_id", "person_id", "language", "valid_until", "made_by_id", "seen_at", "opened_at")
"""What the role sees of a card."""


def hash_of(token: str) -> str:
    """Under which a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Visit:
    """The card of a session, and the session's token."""

    card: Card
    token: str

    def reads(self) -> AbstractContextManager[None]:
        """What follows reads this person's rows and no others, as the role of My page."""
        return as_person(token=self.token)


Page = Callable[..., HttpResponse]


def person_page(view: Page) -> Page:
    """A view for the person of a session of My page; without one, or after it is over: to the first page, which asks for the card."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from cases.my_page.actions import go_on  # actions import this module

        visit = go_on(token=request.COOKIES.get(COOKIE, ""))
        if visit is None:
            response: HttpResponse = redirect("my_page")
            response.delete_cookie(COOKIE, path=PATH)
            return private(response)
        with translation.override(language_of(request, visit.card.language)):
            return private(view(request, visit, *args, **kwargs))

    return guarded


def language_of(request: HttpRequest, of_card: str = "") -> str:
    """The language that was chosen on My page, else the card's, else the browser's."""
    for language in (request.GET.get("language"), request.COOKIES.get(LANGUAGE_COOKIE), of_card):
        if language in dict(settings.LANGUAGES):
            return str(language)
    return translation.get_language() or settings.LANGUAGE_CODE


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page without what the partners' pages know: nobody's menu, no name of the portal."""
    language = request.GET.get("language", "")
    more = {"csrf_token": get_token(request), "is_demo": settings.DEMO, "LANGUAGE_CODE": translation.get_language()}
    response = private(HttpResponse(render_to_string(template, context | more), status=status))
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE, language, path=PATH, httponly=True, secure=settings.SECURE, samesite="Strict"
        )
    return response


def back_to_page(done: str) -> HttpResponse:
    """To My page, which says what was done: a word of a list, nothing of the person."""
    return redirect(f"{reverse('my_page')}?done={done}")


def private(response: HttpResponse) -> HttpResponse:
    """Nothing of it stays in a cache, and no other site learns that it was open."""
    response.headers["Cache-Control"] = "no-store, private"
    # None at all, and a browser would not say from where a form comes, which is then refused.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def partners_of(numbers: set[int]) -> dict[int, Partner]:
    """Names and phones of partners, as My page may say them."""
    return Partner.objects.only("id", "name", "phone", "email", "is_simulated").in_bulk(numbers)
