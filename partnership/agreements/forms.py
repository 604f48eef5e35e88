"""The form of an agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.agreements.models import Agreement
from partnership.pages.form_fields import DateInput, ModelForm


class AgreementForm(ModelForm[Agreement]):
    class Meta:
        model = Agreement
        fields = [
            "title",
            "parties",
            "purposes",
            "data_categories",
            "legal_basis",
            "valid_from",
            "valid_to",
            "open_cases_run",
            "days_to_acknowledge",
            "days_to_accept",
        ]
        widgets = {
            "parties": forms.CheckboxSelectMultiple,
            "valid_from": DateInput(),
            "valid_to": DateInput(),
            "purposes": forms.Textarea(attrs={"rows": 3}),
            "data_categories": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_parties(self) -> Any:
        parties = self.cleaned_data["parties"]
        if len(parties) < 2:
            raise forms.ValidationError(_("An agreement has two parties or more."))
        return parties
