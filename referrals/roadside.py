"""Diverting somebody at the roadside: one page for a phone, in a minute. The same services as the long form, fewer questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import iccs
from cases.forms import PersonForm
from cases.models import Person
from cases.views import named_person
from partnership.access import Acting, PartnerRequest, partner_page
from partnership.errors import RuleError
from partnership.models import District, Role
from programs.models import Programme, ReferralKind
from referrals import services
from referrals.forms import ConsentForm, DiversionForm
from referrals.views import save_draft

KIND = ReferralKind.ARREST_DIVERSION
MOST_PROGRAMMES = 60
OFFENCES = ("060111", "060112", "06011", "06019")
"""What people are diverted for as a rule; anything else takes the long form."""


class RoadsideForm(forms.Form):
    """The offence, and a programme that takes diverted people now."""

    offence = forms.ChoiceField(
        label=gettext_lazy("Offence"), choices=[(code, iccs.DRUG_CODES[code]) for code in OFFENCES]
    )
    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=Programme.objects.none(),
        error_messages={"required": gettext_lazy("Choose a programme.")},
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)
    summary = forms.CharField(
        label=gettext_lazy("Anything that the programme must know to answer"), max_length=1800, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = offered()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """As the long form gives it: the offence is the first line of the situation."""
        given = super().clean() or {}
        offence = str(iccs.DRUG_CODES.get(given.pop("offence", ""), ""))
        summary = "\n".join(filter(None, [offence, given.get("summary", "")]))
        return given | {"kind": KIND, "language": "", "summary": summary}


def offered() -> Any:
    """Programmes that take diverted people now: those with a place first."""
    fitting = Programme.objects.offered().filter(accepts__contains=[KIND])
    return fitting.exclude(capacity=Programme.Capacity.CLOSED).for_lists()


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


@partner_page(Role.POLICE_LIAISON)
def divert(request: PartnerRequest) -> HttpResponse:
    """Who, what, where to, consent, send. ?person=N: somebody whom the unit knows already."""
    acting, data = request.acting, request.POST or None
    person = named_person(request)
    forms_of_page: dict[str, Any] = {
        "person": None if person else PersonForm(data, prefix="person", instance=Person(partner=acting.partner)),
        "referral": RoadsideForm(data, initial={"offence": OFFENCES[0]}),
        "consent": ConsentForm(data, request.FILES or None, prefix="consent", initial={"signed_how": "screen"}),
        "diversion": DiversionForm(data, prefix="diversion"),
    }
    if request.method == "POST" and all(form.is_valid() for form in forms_of_page.values() if form):
        try:
            with transaction.atomic():
                saved = save_draft(acting, None, person, forms_of_page)
                saved = services.send(by=acting, referral=saved)
        except RuleError as error:
            forms_of_page["referral"].add_error(None, str(error))
        else:
            messages.success(request, _("Sent to %(partner)s.") % {"partner": saved.to_partner.name})
            return redirect("diversion", pk=saved.diversion.pk)
    choices = sorted((Choice(p) for p in offered()[:MOST_PROGRAMMES]), key=lambda choice: choice.order)
    context = {
        "forms": forms_of_page,
        "person": person,
        "choices": choices,
        "districts": _districts(acting),
        "here": acting.partner.districts.first(),
        "chosen": request.POST.get("programme", ""),
        "guardian_fields": ["guardian_name", "guardian_missing_reason"],
    }
    response = render(request, "referrals/divert.html", context, status=422 if request.method == "POST" else 200)
    # The phone's position chooses the district on the phone itself; it is never sent.
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), payment=()"
    return response


def _districts(acting: Acting) -> Any:
    """The unit's own districts and those in which programmes are offered."""
    return District.objects.filter(Q(partners=acting.partner) | Q(programmes__in=offered())).distinct().order_by("name")
