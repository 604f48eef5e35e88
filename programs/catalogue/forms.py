from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.pages.form_fields import DateInput, ModelForm
from partnership.pages.local_names import DESCRIPTIONS, NAMES
from programs.catalogue.models import LANGUAGES, Part, Programme, ReferralKind


class ProgrammeForm(ModelForm[Programme]):
    accepts = forms.MultipleChoiceField(
        label=_("Kinds of referral it takes"), choices=ReferralKind.choices, widget=forms.CheckboxSelectMultiple
    )

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=list(LANGUAGES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: any, with an interpreter where needed."),
    )

    parts = forms.MultipleChoiceField(
        label=_("Used in casework"),
        choices=Part.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The page of a participation shows these, besides sessions and notes."),
    )

    class Meta:
        model = Programme
        fields = [
            "name", "kind", "description", "accepts", "districts", "age_from", "age_to", "languages", "takes_exceptions",
            "parts", "is_active", *NAMES, *DESCRIPTIONS,
        ]  # fmt: skip
        widgets = {"districts": forms.CheckboxSelectMultiple} | {
            name: forms.Textarea(attrs={"rows": 4}) for name in ("description", *DESCRIPTIONS)
        }

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*NAMES, *DESCRIPTIONS)]

    def in_languages(self) -> list[forms.BoundField]:
        """Name and description in each language, a language after the other."""
        return [self[name] for pair in zip(NAMES, DESCRIPTIONS, strict=True) for name in pair]


class CapacityForm(ModelForm[Programme]):
    class Meta:
        model = Programme
        fields = ["capacity", "places", "expected_on"]
        widgets = {"expected_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.beds is not None:
            del self.fields["places"]  # beds count themselves
