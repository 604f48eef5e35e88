"""Forms of employers and what they offer, and the filters of the list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District
from partnership.pages.form_fields import OwnForm
from programs.employers.models import MOST_HOURS, Employer, WorkOffer


class OfferFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    show = filters.ChoiceFilter(
        label=_("Show"), choices=[("all", _("Closed ones too"))], empty_label=_("Those that take somebody"), method="by_show"
    )  # fmt: skip
    kind = filters.ChoiceFilter(label=_("Kind"), choices=WorkOffer.Kind.choices, empty_label=_("All kinds"))
    district = filters.ModelChoiceFilter(
        label=_("District"), queryset=District.objects.all(), empty_label=_("All districts")
    )

    class Meta:
        model = WorkOffer
        fields: list[str] = []

    @property
    def qs(self) -> Any:
        """What takes somebody, unless all are asked for."""
        offers = super().qs
        return offers if self.form.cleaned_data.get("show") == "all" else offers.open()

    def by_show(self, queryset: Any, name: str, value: str) -> Any:
        return queryset


class EmployerForm(OwnForm[Employer]):
    class Meta:
        model = Employer
        fields = ["name", "contact", "is_active"]
        widgets = {"contact": forms.Textarea(attrs={"rows": 2})}


class OfferForm(OwnForm[WorkOffer]):
    asks = forms.MultipleChoiceField(
        label=_("What it takes"), choices=WorkOffer.Asks.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    hours_a_week = forms.IntegerField(label=_("Hours a week"), min_value=1, max_value=MOST_HOURS)
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=500, initial=1)

    class Meta:
        model = WorkOffer
        fields = ["kind", "work", "hours_a_week", "district", "places", "asks", "more", "is_open"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].label_from_instance = lambda district: district.local_name  # type: ignore[attr-defined]
