"""Find help: what is offered, for whoever looks, without sign-in. Nothing is stored: no cookie, no session, no log of words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from partnership.models import District
from partnership.numbers import typed
from partnership.paging import page_by_key
from programs.models import Programme, ReferralKind

View = Callable[..., HttpResponse]
NEEDS: dict[str, tuple[str, ...]] = {
    "treatment": (Programme.Kind.REHABILITATION, Programme.Kind.THERAPEUTIC_COMMUNITY, Programme.Kind.DRUG_COURT),
    "harm": (Programme.Kind.HARM_REDUCTION,),
    "talk": (Programme.Kind.DIVERSION, Programme.Kind.PEER_SUPPORT, Programme.Kind.MENTORING),
    "young": (Programme.Kind.YOUTH, Programme.Kind.AWARENESS),
    "life": (Programme.Kind.VOCATIONAL, Programme.Kind.HALFWAY_HOUSE, Programme.Kind.COMMUNITY),
    "law": (Programme.Kind.LEGAL_AID,),
}
"""What somebody looks for → kinds of programme."""


def in_language(view: View) -> View:
    """The language of the address (?language=), else the browser's: no cookie is set to remember it."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.GET.get("language", "")
        if wanted not in dict(settings.LANGUAGES):
            wanted = translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(wanted):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = wanted
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return spoken


def found_by(given: dict[str, str]) -> QuerySet[Programme]:
    """Offered programmes that fit the need, the district and the age."""
    found = Programme.objects.offered().select_related("partner")
    found = found.prefetch_related(Prefetch("districts", District.objects.order_by("name")))
    if given["need"] in NEEDS:
        found = found.filter(kind__in=NEEDS[given["need"]])
    if given["district"]:
        found = found.filter(districts__code=given["district"])
    age = typed(given["age"])
    if age is not None and age < 1000:
        found = found.exclude(age_from__gt=age).exclude(age_to__lt=age)
    if given["open"]:
        found = found.exclude(capacity=Programme.Capacity.CLOSED)
    return found


@require_safe
@in_language
def find_help(request: HttpRequest) -> HttpResponse:
    given = {name: request.GET.get(name, "")[:40] for name in ("need", "district", "age", "open")}
    page = page_by_key(found_by(given), ["name", "id"], request.GET.get("after", ""))
    context = {
        "page": page,
        "given": given,
        "districts": District.objects.filter(programmes__is_active=True).distinct(),
        "self": ReferralKind.SELF,
        "exit": settings.QUICK_EXIT_URL,
    }
    return render(request, "public/find_help.html", context)
