"""The form in which a reader says why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.purposes import Purpose


class ReasonForm(forms.Form):
    purpose = forms.ChoiceField(label=_("What for"), choices=Purpose.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Why you need it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: “She called, her caseworker is away.” Don't write about health here."),
    )
