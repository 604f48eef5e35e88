"""The form of an intervention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.trends.models import Intervention
from partnership.pages.form_fields import DateInput, ModelForm


class InterventionForm(ModelForm[Intervention]):
    """An intervention and its districts: each is either a pilot or a comparison district."""

    class Meta:
        model = Intervention
        fields = ["name", "programme", "started_on", "series", "districts", "comparison_districts"]
        widgets = {
            "started_on": DateInput(),
            "districts": forms.SelectMultiple(attrs={"size": 8}),
            "comparison_districts": forms.SelectMultiple(attrs={"size": 8}),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pilot, other = data.get("districts"), data.get("comparison_districts")
        if pilot is not None and other is not None and set(pilot) & set(other):
            self.add_error("comparison_districts", _("A district is either a pilot or a comparison district."))
        return data
