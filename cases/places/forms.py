"""Forms of beds, stays, and work and housing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from cases.places.models import Bed, Situation, Stay
from partnership.pages.form_fields import DateInput, ModelForm, offer_days


class BedForm(ModelForm[Bed]):
    class Meta:
        model = Bed
        fields = ["name", "room", "for_whom", "opened_on"]
        widgets = {"opened_on": DateInput()}


class MoveInForm(forms.Form):
    """Who of those that wait for a bed moves in, from which night on."""

    enrolment = forms.TypedChoiceField(label=_("Who"), coerce=int)
    started_on = forms.DateField(label=_("First night"), widget=DateInput())
    expected_until = forms.DateField(
        label=_("Expected until"),
        widget=DateInput(),
        required=False,
        help_text=_("The day on which the bed is likely to be free."),
    )

    def __init__(self, *args: Any, waiting: list[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = {enrolment.pk: enrolment for enrolment in waiting}
        self.fields["enrolment"].choices = [(pk, str(each.person)) for pk, each in self.waiting.items()]  # type: ignore[attr-defined]
        self.fields["started_on"].initial = timezone.localdate()
        offer_days(self.fields["started_on"], -1, 0)

    def clean_enrolment(self) -> Enrolment:
        return self.waiting[self.cleaned_data["enrolment"]]


class EndStayForm(forms.Form):
    ended_on = forms.DateField(
        label=_("Left on"), widget=DateInput(), help_text=_("The night before was the last in this bed.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = timezone.localdate()
        offer_days(self.fields["ended_on"], -1, 0)


class OutForm(forms.Form):
    because = forms.ChoiceField(label=_("Why"), choices=Stay.Out.choices)
    since = forms.DateField(label=_("First night"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = timezone.localdate()


class ExpectForm(forms.Form):
    expected_until = forms.DateField(label=_("Expected until"), widget=DateInput(), required=False)


class SituationForm(ModelForm[Situation]):
    """Work and housing when somebody came, or when they left."""

    class Meta:
        model = Situation
        fields = ["on", "work", "housing"]
        widgets = {"on": DateInput()}
