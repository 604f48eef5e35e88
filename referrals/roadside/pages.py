"""Diverting somebody at the roadside: one page for a phone, in a minute. The same actions as the long form."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.people.actions import PossibleDouble
from cases.people.forms import PersonForm
from cases.people.models import Person
from cases.people.named_person import ask_about_doubles, named_person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import District
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page, pass_door
from programs.catalogue.fit import NotTaken
from programs.catalogue.models import Programme
from referrals.diversions.forms import DiversionForm
from referrals.diversions.models import DiversionAgreement
from referrals.handover import actions as handover
from referrals.handover.drafting import save_draft
from referrals.handover.needs import NeedsForm
from referrals.permissions import DIVERT
from referrals.roadside.forms import RoadsideConsentForm, RoadsideForm, offered_programmes

MOST_PROGRAMMES = 60


class Near(NamedTuple):
    """A district to look near to. `around`: the keys of itself, its parts and those that it is a part of."""

    district: District
    around: str

    @property
    def at(self) -> str:
        """Its middle, in degrees: latitude, longitude."""
        return f"{self.district.latitude:.4f} {self.district.longitude:.4f}"


class Choice:
    """A programme as the page offers it, with what the page filters by."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.districts = " ".join(str(district.pk) for district in programme.districts.all())
        opens = [Programme.Capacity.OPEN, Programme.Capacity.ASSESSMENT_FIRST, Programme.Capacity.WAITING_LIST]
        self.order = (
            opens.index(Programme.Capacity(programme.capacity)),
            -(programme.places_free or 0),
            programme.local_name,
        )


@partner_page(DIVERT)
def divert(request: PartnerRequest) -> HttpResponse:
    """Who, what, where to, consent, send. ?person=N: somebody whom the unit knows already."""
    acting, data = request.acting, request.POST or None
    person = named_person(request)
    forms_of_page: dict[str, Any] = {
        "person": None if person else PersonForm(data, prefix="person", instance=Person(partner=acting.partner)),
        "needs": NeedsForm(data),
        "referral": RoadsideForm(data),
        "consent": RoadsideConsentForm(data, request.FILES or None, prefix="consent", initial={"signed_how": "screen"}),
        "diversion": DiversionForm(data, prefix="diversion"),
    }
    is_valid = request.method == "POST" and all(form.is_valid() for form in forms_of_page.values() if form)
    asks_how_to_reach = is_valid and "unreachable" not in request.POST and not _is_reachable(person, forms_of_page)
    if asks_how_to_reach:
        problem = _("How can the programme reach the person? Write down a phone number, an email or a safe way.")
        form, field = (
            (forms_of_page["person"], "phone") if forms_of_page["person"] else (forms_of_page["referral"], None)
        )
        form.add_error(field, problem)
    elif is_valid:
        try:
            with transaction.atomic():
                saved = save_draft(acting, None, person, forms_of_page)
                saved = handover.send(by=acting, referral=saved)
        except PossibleDouble as error:
            ask_about_doubles(request, forms_of_page["person"], error)
        except NotTaken as error:
            forms_of_page["referral"].refuse_fit(error)
        except RuleError as error:
            refuse(forms_of_page["referral"], error)
        else:
            messages.success(request, _("Sent to %(partner)s.") % {"partner": saved.to_partner.name})
            return redirect("divert_tell", pk=saved.diversion.pk)
    choices = sorted((Choice(p) for p in offered_programmes()[:MOST_PROGRAMMES]), key=lambda choice: choice.order)
    context = {
        "forms": forms_of_page,
        "person": person,
        "choices": choices,
        "districts": _districts(acting),
        "here": acting.partner.districts.first(),
        "chosen": request.POST.get("programme", ""),
        "asks_how_to_reach": asks_how_to_reach or "unreachable" in request.POST,
    }
    response = render(
        request, "referrals/roadside/divert.html", context, status=422 if request.method == "POST" else 200
    )
    # The phone's position chooses the district on the phone itself; it is never sent.
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), payment=()"
    return response


def _is_reachable(person: Person | None, forms_of_page: dict[str, Any]) -> bool:
    """Whether the programme is told of a way to reach the person."""
    typed = forms_of_page["person"].cleaned_data if forms_of_page["person"] else {}
    ways = [typed.get("phone"), typed.get("email"), forms_of_page["needs"].cleaned_data.get("safe_contact")]
    return any(ways) or (person is not None and bool(person.phone or person.email))


def _districts(acting: Acting) -> list[Near]:
    """The unit's own districts and those in which programmes are offered, each with its parts."""
    offered = District.objects.filter(Q(partners=acting.partner) | Q(programmes__in=offered_programmes()))
    near_ones = set(offered.values_list("pk", flat=True))
    districts = {district.pk: district for district in District.objects.order_by("name")}

    def line(district: District) -> list[int]:
        """The district and those that it is a part of."""
        numbers = [district.pk]
        while (parent := districts[numbers[-1]].parent_id) and parent not in numbers:
            numbers.append(parent)
        return numbers

    lines = {number: line(district) for number, district in districts.items()}
    parts: dict[int, list[int]] = {}
    for number, above in lines.items():
        for whole in above[1:]:
            parts.setdefault(whole, []).append(number)
    return [
        Near(district, " ".join(map(str, lines[number] + parts.get(number, []))))
        for number, district in districts.items()
        if number in near_ones or near_ones & set(parts.get(number, []))
    ]


@require_safe
@partner_page(DIVERT)
def tell(request: PartnerRequest, pk: int) -> HttpResponse:
    """What to tell the person who was just diverted: who calls by when, where it is, what to bring."""
    mine = DiversionAgreement.objects.filter(from_partner=request.acting.partner, is_sent=True)
    related = ["referral__disclosure", "referral__programme", "to_partner"]
    diversion = get_object_or_404(mine.select_related(*related), pk=pk)
    pass_door(request.acting, diversion)
    log_read(request.acting, "diversion", pk, [diversion])
    context = {
        "diversion": diversion,
        "referral": diversion.referral,
        "receiver": diversion.to_partner,
        "locations": diversion.referral.programme.locations.prefetch_related("hours"),
    }
    return render(request, "referrals/roadside/tell.html", context)
