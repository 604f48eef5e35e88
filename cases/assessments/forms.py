"""The form of an assessment's score."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.assessments.models import HIGHEST, Assessment
from partnership.pages.form_fields import DateInput


class AssessmentForm(forms.Form):
    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=[(i.value, f"{i.label} (0–{HIGHEST[i.value]})") for i in Assessment.Instrument]
    )
    score = forms.IntegerField(label=_("Total score"), min_value=0, max_value=max(HIGHEST.values()))
    held_on = forms.DateField(label=_("Date"), widget=DateInput())
