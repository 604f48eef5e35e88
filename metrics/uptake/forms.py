"""What has to be assumed to say what diversions spared: the reader changes it in the page's address, and nothing is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from metrics.uptake.savings import ASSUMPTIONS, Range


class AssumptionForm(forms.Form):
    """Each assumption from a least to a most; what the address does not say stands at its bounds."""

    def __init__(self, address: dict[str, str]) -> None:
        bounds = {f"{one.code}_{end}": getattr(one, end) for one in ASSUMPTIONS for end in ("low", "high")}
        super().__init__(bounds | {name: address[name] for name in bounds if name in address})
        for one in ASSUMPTIONS:
            for end in ("low", "high"):
                field = forms.FloatField(min_value=0, max_value=one.most)
                field.widget.attrs |= {"step": "any", "inputmode": "decimal"}
                self.fields[f"{one.code}_{end}"] = field

    def clean(self) -> dict[str, Any]:
        """A least that is above its most is refused at the most."""
        cleaned_data = super().clean() or {}
        for one in ASSUMPTIONS:
            low, high = (cleaned_data.get(f"{one.code}_{end}") for end in ("low", "high"))
            if low is not None and high is not None and low > high:
                self.add_error(f"{one.code}_high", _("The most is below the least. Enter a larger number here."))
        return cleaned_data

    @property
    def assumed(self) -> dict[str, Range]:
        """Of a valid form, by code."""
        return {
            one.code: Range(self.cleaned_data[f"{one.code}_low"], self.cleaned_data[f"{one.code}_high"])
            for one in ASSUMPTIONS
        }

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Each assumption with its two fields."""
        return [(one, self[f"{one.code}_low"], self[f"{one.code}_high"]) for one in ASSUMPTIONS]
