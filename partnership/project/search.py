"""One box for everything that the searcher may see: own people, referrals by number, programmes, partners, materials.

What was searched for stands in no address, where logs and histories would keep it: the box posts it, the session holds it,
encrypted, until the next search.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render

from cases.enrolments.models import Enrolment
from cases.people.models import Person, RegisterTooLarge
from cases.permissions import ENROLMENTS, PEOPLE
from partnership.audit_trail.read_log import log_read
from partnership.isolation import encryption
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.members.models import Partner
from partnership.pages.guard import partner_page
from partnership.pages.local_names import NAMES
from programs.catalogue.models import Programme
from programs.library.models import Resource
from referrals.handover.models import Referral

KEY = "searched"
SHOWN = 10
DAY = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")


@partner_page()
def search(request: PartnerRequest) -> HttpResponse:
    """The box and what was found; what is searched for waits in the session, encrypted."""
    if request.method == "POST":
        text = request.POST.get("q", "").replace("\x00", "").strip()[:100]
        request.session[KEY] = encryption.encrypt(text) if text else ""
        return redirect("search")
    encrypted = request.session.get(KEY, "")
    text = encryption.decrypt(encrypted) if encrypted else ""
    results = find(request.acting, text) if text else {}
    if results.get("people"):
        log_read(request.acting, "person_list", 0, [person for person, _enrolments in results["people"]])
    return render(request, "project/search.html", {"text": text, "found": sum(map(len, results.values())), **results})


def find(acting: Acting, text: str) -> dict[str, list[Any]]:
    """At most ten of each kind, people with the programmes in which they take part. Six queries, whatever the text."""
    name, born_on = _with_date(text)
    number = re.fullmatch(r"#?(\d{1,12})", text)
    people: list[Person] = []
    if PEOPLE.allows(acting):
        own = Person.objects.filter(partner=acting.partner)
        with suppress(RegisterTooLarge):  # the list of people says what to add
            people = list(own.found_by(acting.partner.pk, name, born_on).order_by("-changed_at", "-id")[:SHOWN])
    takes_part: dict[int, list[Enrolment]] = {}
    if people and ENROLMENTS.allows(acting):
        of_people = Enrolment.objects.filter(partner=acting.partner, person__in=people).open()
        for enrolment in of_people.select_related("programme", "responsible").order_by("-started_on", "-pk"):
            takes_part.setdefault(enrolment.person_id, []).append(enrolment)
    referrals = Referral.objects.seen_by(acting).select_related("programme", "from_partner", "to_partner")
    referrals = referrals.filter(pk=int(number[1])) if number else referrals.none()
    named = Q(name__icontains=text) | Q(partner__name__icontains=text)
    for name in NAMES:
        named |= Q(**{f"{name}__icontains": text})
    programmes = Programme.objects.offered().filter(named).select_related("partner").order_by("name", "id")[:SHOWN]
    partners = Partner.objects.filter(name__icontains=text, is_active=True).order_by("name")[:SHOWN]
    resources = Resource.objects.offered().named(text).select_related("partner").order_by("-latest_at", "-id")[:SHOWN]
    return {
        "people": [(person, takes_part.get(person.pk, [])) for person in people],
        "referrals": list(referrals[:SHOWN]),
        "programmes": list(programmes) if len(text) > 1 else [],
        "partners": list(partners) if len(text) > 1 else [],
        "resources": list(resources) if len(text) > 1 else [],
    }


def _with_date(text: str) -> tuple[str, date | None]:
    """“Virtanen 17.5.1990” → the name and the date of birth."""
    match = DAY.search(text)
    if match is None:
        return text, None
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return (text[: match.start()] + text[match.end() :]).strip(" ,"), date(int(year), int(month), int(day))
    except ValueError:
        return text, None
