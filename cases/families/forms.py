"""Forms of families: a consent to a relative, a session together, a parenting group and how many came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Session
from cases.families.models import FamilyConsent
from cases.people.models import Person
from partnership.pages.form_fields import DateInput, offer_days
from programs.catalogue.models import Programme

ABSENT = ("", _("Was not to be there"))


class FamilyConsentForm(forms.Form):
    other = forms.TypedChoiceField(label=_("May know that this person takes part"), coerce=int)
    how = forms.ChoiceField(label=_("How"), choices=FamilyConsent.How.choices)

    def __init__(self, *args: Any, relatives: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relatives = {relative.pk: relative for relative in relatives}
        self.fields["other"].choices = [(each.pk, str(each)) for each in relatives]  # type: ignore[attr-defined]

    def clean_other(self) -> Person:
        return self.relatives[self.cleaned_data["other"]]


class FamilySessionForm(forms.Form):
    """When, and of each who can meet whether they came."""

    held_on = forms.DateField(label=_("Date"), widget=DateInput(), initial=timezone.localdate)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, required=False)

    def __init__(self, *args: Any, can_meet: list[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["held_on"], 0, -1)
        self.numbers = [enrolment.pk for enrolment in can_meet]
        for place, enrolment in enumerate(can_meet):
            choices = [*([ABSENT] if place else []), *Session.Attendance.choices]
            self.fields[f"attendance_{enrolment.pk}"] = forms.ChoiceField(
                label=str(enrolment.person), choices=choices, required=not place
            )

    def terms(self) -> dict[str, Any]:
        data = self.cleaned_data
        attendance = {number: data[f"attendance_{number}"] for number in self.numbers}
        present = {number: how for number, how in attendance.items() if how}
        return {"held_on": data["held_on"], "minutes": data["minutes"], "attendance": present}


class GroupForm(forms.Form):
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    name = forms.CharField(label=_("Name of the group"), max_length=100)

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        field.queryset = Programme.objects.filter(pk__in=[each.pk for each in programmes])  # type: ignore[attr-defined]
        if len(programmes) == 1:
            field.initial = programmes[0].pk


class MeetingForm(forms.Form):
    held_on = forms.DateField(label=_("Date"), widget=DateInput(), initial=timezone.localdate)
    adults = forms.IntegerField(label=_("Adults who came"), min_value=0, max_value=500)
    children = forms.IntegerField(label=_("Children who came along"), min_value=0, max_value=500, initial=0)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["held_on"], 0, -1)
