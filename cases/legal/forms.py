"""Forms of legal matters, hearings, decisions and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.legal.models import OFFENCES, Disposal, Hearing, Matter
from partnership.members.models import User
from partnership.pages.form_fields import DateInput, ModelForm


class MatterForm(ModelForm[Matter]):
    offences = forms.MultipleChoiceField(
        label=_("Offences"), choices=OFFENCES, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    case_number = forms.CharField(label=_("Case number"), max_length=60, required=False)

    class Meta:
        model = Matter
        fields = [
            "lawyer",
            "stage",
            "next_on",
            "offences",
            "section",
            "authority",
            "case_number",
            "first_offence",
            "first_known",
            "opened_on",
        ]
        widgets = {"next_on": DateInput(), "opened_on": DateInput()}

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lawyer"].queryset = User.objects.filter(pk__in=[user.pk for user in team])  # type: ignore[attr-defined]


class HearingForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=DateInput())
    time = forms.TimeField(
        label=_("Time"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Hearing.Kind.choices, initial=Hearing.Kind.MAIN)
    place = forms.CharField(label=_("Place"), max_length=120, required=False)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_("Check the year."))
        return day

    def terms(self) -> dict[str, Any]:
        """What the action takes: day and time as one moment of local time."""
        terms = dict(self.cleaned_data)
        at = timezone.make_aware(datetime.combine(terms.pop("day"), terms.pop("time")))
        return terms | {"at": at}


class DisposalForm(ModelForm[Disposal]):
    class Meta:
        model = Disposal
        fields = ["on", "decided_by", "sanction", "length_days", "treatment_weighed"]
        widgets = {"on": DateInput()}


class MatterNoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nobody but you reads it."),
    )
