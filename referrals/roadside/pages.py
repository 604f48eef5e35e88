"""Diverting somebody at the roadside: one page for a phone, in a minute. The same actions as the long form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.people.actions import PossibleDouble
from cases.people.forms import PersonForm
from cases.people.models import Person
from cases.people.named_person import ask_about_doubles, named_person
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import District
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page
from programs.catalogue.fit import NotTaken
from programs.catalogue.models import Programme
from referrals.diversions.forms import DiversionForm
from referrals.handover import actions as handover
from referrals.handover.drafting import save_draft
from referrals.handover.forms import ConsentForm
from referrals.handover.needs import NeedsForm
from referrals.permissions import DIVERT
from referrals.roadside.forms import RoadsideForm, offered_programmes

MOST_PROGRAMMES = 60


class Choice:
    """A programme as the page offers it, with what the page filters by."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.districts = " ".join(str(district.pk) for district in programme.districts.all())
        opens = [Programme.Capacity.OPEN, Programme.Capacity.ASSESSMENT_FIRST, Programme.Capacity.WAITING_LIST]
        self.order = (
            opens.index(Programme.Capacity(programme.capacity)),
            -(programme.places_free or 0),
            programme.name,
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
        "consent": ConsentForm(data, request.FILES or None, prefix="consent", initial={"signed_how": "screen"}),
        "diversion": DiversionForm(data, prefix="diversion"),
    }
    if request.method == "POST" and all(form.is_valid() for form in forms_of_page.values() if form):
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
            return redirect("diversion", pk=saved.diversion.pk)
    choices = sorted((Choice(p) for p in offered_programmes()[:MOST_PROGRAMMES]), key=lambda choice: choice.order)
    context = {
        "forms": forms_of_page,
        "person": person,
        "choices": choices,
        "districts": _districts(acting),
        "here": acting.partner.districts.first(),
        "chosen": request.POST.get("programme", ""),
        "guardian_fields": ["guardian_name", "guardian_missing_reason"],
    }
    response = render(
        request, "referrals/roadside/divert.html", context, status=422 if request.method == "POST" else 200
    )
    # The phone's position chooses the district on the phone itself; it is never sent.
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), payment=()"
    return response


def _districts(acting: Acting) -> Any:
    """The unit's own districts and those in which programmes are offered."""
    return (
        District.objects.filter(Q(partners=acting.partner) | Q(programmes__in=offered_programmes()))
        .distinct()
        .order_by("name")
    )
