"""The form of an intervention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.runs.actions import latest_run
from metrics.trends.actions import FROZEN, is_in_release
from metrics.trends.levels import far_districts
from metrics.trends.models import Intervention
from partnership.pages.form_fields import DateInput, ModelForm


class InterventionForm(ModelForm[Intervention]):
    """An intervention and its districts: each is either a pilot or a comparison district, and of a level like the pilot's unless
    whoever saves it says that it is meant."""

    although_far = forms.BooleanField(
        label=_("Yes, compare with them although their rates are so different"),
        required=False,
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Intervention
        fields = ["name", "programme", "started_on", "series", "districts", "comparison_districts"]
        widgets = {
            "started_on": DateInput(),
            "districts": forms.SelectMultiple(attrs={"size": 8}),
            "comparison_districts": forms.SelectMultiple(attrs={"size": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and is_in_release(self.instance):
            for name in (*FROZEN, "districts", "comparison_districts"):
                self.fields[name].disabled = True
            self.fields["started_on"].help_text = _(
                "A release has figures of this: day and districts stay. For others add another intervention."
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pilot, other = data.get("districts"), data.get("comparison_districts")
        if pilot is None or other is None:
            return data
        if set(pilot) & set(other):
            self.add_error("comparison_districts", _("A district is either a pilot or a comparison district."))
        elif not self.fields["districts"].disabled and (
            far := far_districts(latest_run(), pilot, other, data.get("series", ""))
        ):
            self.fields["although_far"].widget = forms.CheckboxInput()
            if not data.get("although_far"):
                names = ", ".join(district.local_name for district in far)
                self.add_error(
                    "comparison_districts",
                    _(
                        "The rate of these is a tenth of the pilot districts' or less, or ten times it: %(names)s. Do you mean to compare with them?"
                    )
                    % {"names": names},
                )
        return data
