"""Find help: what is offered, for whoever looks, without sign-in. Nothing is stored: no cookie, no session, no log of words."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partnership.members.models import District
from partnership.pages.number_format import typed
from partnership.pages.paging import page_by_key
from partnership.pages.public import in_language
from programs.catalogue.models import Programme, ReferralKind

NEEDS: dict[str, tuple[str, ...]] = {
    "treatment": (Programme.Kind.REHABILITATION, Programme.Kind.THERAPEUTIC_COMMUNITY, Programme.Kind.DRUG_COURT),
    "harm": (Programme.Kind.HARM_REDUCTION,),
    "talk": (Programme.Kind.DIVERSION, Programme.Kind.PEER_SUPPORT, Programme.Kind.MENTORING),
    "young": (Programme.Kind.YOUTH, Programme.Kind.AWARENESS),
    "life": (Programme.Kind.VOCATIONAL, Programme.Kind.HALFWAY_HOUSE, Programme.Kind.COMMUNITY),
    "law": (Programme.Kind.LEGAL_AID,),
}
"""What somebody looks for → kinds of programme."""


def programmes_for(answers: dict[str, str]) -> QuerySet[Programme]:
    """Offered programmes that fit the need, the district and the age."""
    programmes = Programme.objects.offered().select_related("partner")
    programmes = programmes.prefetch_related(Prefetch("districts", District.objects.order_by("name")))
    if answers["need"] in NEEDS:
        programmes = programmes.filter(kind__in=NEEDS[answers["need"]])
    if answers["district"]:
        programmes = programmes.filter(districts__code=answers["district"])
    age = typed(answers["age"])
    if age is not None and age < 1000:
        programmes = programmes.exclude(age_from__gt=age).exclude(age_to__lt=age)
    if answers["open"]:
        programmes = programmes.exclude(capacity=Programme.Capacity.CLOSED)
    return programmes


@require_safe
@in_language
def find_help(request: HttpRequest) -> HttpResponse:
    """What is offered, by need, district, age and free places."""
    answers = {name: request.GET.get(name, "")[:40] for name in ("need", "district", "age", "open")}
    page = page_by_key(programmes_for(answers), ["name", "id"], request.GET.get("after", ""))
    context = {
        "page": page,
        "given": answers,
        "districts": District.objects.filter(programmes__is_active=True).distinct(),
        "self": ReferralKind.SELF,
        "exit": settings.QUICK_EXIT_URL,
    }
    return render(request, "programs/catalogue/find_help.html", context)
