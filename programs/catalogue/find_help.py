"""Find help: what is offered, for whoever looks, without sign-in. Nothing is stored: no cookie, no session, no log of words."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from partnership.members.models import District
from partnership.pages.lists import counted
from partnership.pages.number_format import typed
from partnership.pages.paging import page_by_key
from partnership.pages.public import in_language
from programs.catalogue.models import Programme, ReferralKind
from programs.catalogue.national import lines_for
from programs.locations.models import is_open_now

NEEDS: dict[str, tuple[str, ...]] = {
    "treatment": (Programme.Kind.REHABILITATION, Programme.Kind.THERAPEUTIC_COMMUNITY, Programme.Kind.DRUG_COURT),
    "harm": (Programme.Kind.HARM_REDUCTION,),
    "talk": (Programme.Kind.DIVERSION, Programme.Kind.PEER_SUPPORT, Programme.Kind.MENTORING),
    "young": (Programme.Kind.YOUTH, Programme.Kind.AWARENESS),
    "close": (Programme.Kind.YOUTH, Programme.Kind.PEER_SUPPORT),
    "life": (Programme.Kind.VOCATIONAL, Programme.Kind.HALFWAY_HOUSE, Programme.Kind.COMMUNITY),
    "law": (Programme.Kind.LEGAL_AID,),
}
"""What somebody looks for → kinds of programme."""
FOR_PROFESSIONALS = Q(kind=Programme.Kind.AWARENESS, accepts__contained_by=[ReferralKind.NGO_TO_NGO])
"""Courses that take nobody in need: only one organisation sends another its people there."""
YOUNG, OF_AGE = (Programme.Kind.YOUTH,), 18
"""What helps who is not of age yet, whatever they look for: there is next to no treatment for them alone."""
OLDEST = 120


def programmes_for(answers: dict[str, str]) -> QuerySet[Programme]:
    """Offered programmes that fit the need, the district and the age."""
    programmes = Programme.objects.offered().exclude(FOR_PROFESSIONALS).select_related("partner")
    programmes = programmes.prefetch_related(
        Prefetch("districts", District.objects.order_by("name")), "locations__hours"
    )
    age = age_of(answers["age"])
    if answers["need"] in NEEDS:
        kinds = NEEDS[answers["need"]] + (YOUNG if age is not None and age < OF_AGE else ())
        programmes = programmes.filter(kind__in=kinds)
    if answers["district"]:
        programmes = programmes.filter(_serves(answers["district"])).distinct()
    if age is not None:
        programmes = programmes.exclude(age_from__gt=age).exclude(age_to__lt=age)
    if answers["open"]:
        programmes = programmes.exclude(capacity=Programme.Capacity.CLOSED)
    if answers["now"]:
        programmes = programmes.filter(is_open_now())
    return programmes


def _serves(code: str) -> Q:
    """The programme is for the district, for one of its parts, for the area of which it is a part, or for everywhere."""
    return (
        Q(districts__code=code)
        | Q(districts__parent__code=code)
        | Q(districts__children__code=code)
        | Q(districts=None)
    )


def age_of(text: str) -> int | None:
    """The age that was typed; None where it is none."""
    age = typed(text)
    return age if age is not None and age <= OLDEST else None


@require_safe
@in_language
def find_help(request: HttpRequest) -> HttpResponse:
    """What is offered, by need, district, age and free places. Where nothing fits there, the whole country is looked through."""
    answers = {name: request.GET.get(name, "").strip()[:40] for name in ("need", "district", "age", "open", "now")}
    programmes = programmes_for(answers)
    after = request.GET.get("after", "")
    page = page_by_key(programmes, ["name", "id"], after)
    is_wider = not page.rows and bool(answers["district"])
    if is_wider:
        programmes = programmes_for(answers | {"district": ""})
        page = page_by_key(programmes, ["name", "id"], after)
    is_all = page.is_first and not page.next_after
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "page": page,
        "count": str(len(page.rows)) if is_all else counted(programmes),
        "given": answers,
        "is_wider": is_wider and bool(page.rows),
        "is_no_age": bool(answers["age"]) and age_of(answers["age"]) is None,
        "districts": District.objects.filter(programmes__is_active=True).distinct(),
        "lines": [(line, line.phone(language)) for line in lines_for(answers["need"])],
        "self": ReferralKind.SELF,
        "exit": settings.QUICK_EXIT_URL,
    }
    return render(request, "programs/catalogue/find_help.html", context)
