"""Forms of phases, reviews and responses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.phases.models import Phase, Response, Review
from partnership.pages.form_fields import DateInput, ModelForm, offer_days


class PhaseForm(ModelForm[Phase]):
    class Meta:
        model = Phase
        fields = ["name", "min_days", "sessions_a_week", "review_days", "asks"]
        widgets = {"asks": forms.Textarea(attrs={"rows": 3})}


class BeginForm(forms.Form):
    started_on = forms.DateField(label=_("First day"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_on"].initial = timezone.localdate()


class ReviewForm(forms.Form):
    """What was decided, first; then who was there, and what the court is to know. `stay`: number of the time in a phase that is
    reviewed, as the page showed it."""

    stay = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(label=_("Decision"), choices=Review.Decision.choices, widget=forms.RadioSelect)
    held_on = forms.DateField(label=_("Held on"), widget=DateInput())
    is_hearing = forms.BooleanField(label=_("A hearing in court"), required=False)
    present = forms.MultipleChoiceField(
        label=_("Present"), choices=Review.Present.choices, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("Note for the court"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stays in your organisation until you send it in a statement, by the person's consent."),
    )
    next_on = forms.DateField(label=_("Next review on"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = timezone.localdate()
        offer_days(self.fields["held_on"], -1, 0)


class ResponseForm(ModelForm[Response]):
    kind = forms.ChoiceField(label=_("Kind"), choices=Response.Kind.choices, widget=forms.RadioSelect)
    what = forms.CharField(
        label=_("What"), max_length=200, help_text=_("For example praise, a voucher, another meeting.")
    )
    why = forms.CharField(label=_("What for"), max_length=200)

    class Meta:
        model = Response
        fields = ["kind", "what", "why", "on", "hours_after", "decided_by"]
        widgets = {"on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        offer_days(self.fields["on"], -1, 0)
