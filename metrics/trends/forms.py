"""The form of an intervention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.runs.actions import latest_run
from metrics.trends.models import Intervention
from partnership.members.models import District
from partnership.pages.form_fields import DateInput, ModelForm

FAR = 10
"""Districts whose rates are so many times apart are asked about before they are compared."""
YEAR = 12


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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pilot, other = data.get("districts"), data.get("comparison_districts")
        if pilot is None or other is None:
            return data
        if set(pilot) & set(other):
            self.add_error("comparison_districts", _("A district is either a pilot or a comparison district."))
        elif far := far_districts(pilot, other, data.get("series", "")):
            self.fields["although_far"].widget = forms.CheckboxInput()
            if not data.get("although_far"):
                names = ", ".join(district.name for district in far)
                self.add_error(
                    "comparison_districts",
                    _(
                        "The rate of these is a tenth of the pilot districts' or less, or ten times it: %(names)s. Do you mean to compare with them?"
                    )
                    % {"names": names},
                )
        return data


def far_districts(pilot: Iterable[District], other: Iterable[District], series: str) -> list[District]:
    """Comparison districts whose rate in the newest twelve months is at most a tenth of the pilot districts', or ten times it."""
    run, pilot, other = latest_run(), list(pilot), list(other)
    if run is None:
        return []
    rates: dict[int, list[float]] = defaultdict(list)
    newest_first = run.trends.filter(district__in=[*pilot, *other], group=series, rate_per_100k__isnull=False)
    for district, rate in newest_first.order_by("-month").values_list("district", "rate_per_100k"):
        if len(rates[district]) < YEAR:
            rates[district].append(rate or 0.0)
    level = {district: sum(own) / len(own) for district, own in rates.items()}
    own_levels = [level[district.pk] for district in pilot if district.pk in level]
    usual = sum(own_levels) / max(1, len(own_levels))
    if not usual:
        return []
    return [
        district for district in other if district.pk in level and not usual / FAR < level[district.pk] < usual * FAR
    ]
