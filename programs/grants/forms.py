"""Forms of grants, report days, allocations, spending and the key of shared costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.pages.form_fields import DateInput, OwnForm
from programs.catalogue.models import Programme
from programs.grants.models import Allocation, Category, CostKey, Grant


class GrantFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    state = filters.ChoiceFilter(label=_("State"), choices=Grant.State.choices, empty_label=_("All grants"))

    class Meta:
        model = Grant
        fields: list[str] = []


class GrantForm(OwnForm[Grant]):
    class Meta:
        model = Grant
        fields = [
            "title", "funder", "funder_id", "reference", "description", "state", "awarded_on", "amount", "currency", "starts_on", "ends_on",
            "is_shared",
        ]  # fmt: skip
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "awarded_on": DateInput(),
            "starts_on": DateInput(),
            "ends_on": DateInput(),
        }


class ReportDayForm(forms.Form):
    due_on = forms.DateField(label=_("Report due on"), widget=DateInput())


class AllocationForm(OwnForm[Allocation]):
    class Meta:
        model = Allocation
        fields = ["programme", "amount", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        field.queryset = Programme.objects.filter(partner=grant.partner_id)  # type: ignore[attr-defined]
        field.empty_label = _("Costs that programmes share")  # type: ignore[attr-defined]


class SpendingForm(forms.Form):
    allocation = forms.ModelChoiceField(label=_("Allocation"), queryset=Allocation.objects.none(), empty_label=None)
    month = forms.DateField(label=_("Month"), widget=DateInput(), help_text=_("Any day in it."))
    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=_("Of the whole month, credit notes taken off. It takes the place of what was there."),
    )

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allocations = grant.allocations.select_related("programme")
        self.fields["allocation"].queryset = allocations  # type: ignore[attr-defined]


class SpendingFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with the headings month, category, amount and, where the grant has several allocations, programme. Lines of one "
            "month, category and programme are added up, and take the place of what was there."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
    )


class CostKeyForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2199)
    basis = forms.CharField(
        label=_("What it rests on"),
        max_length=200,
        help_text=_("For example: working hours by programme, from the time sheets."),
    )

    def __init__(self, *args: Any, programmes: Sequence[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = programmes
        self.fields["year"].initial = timezone.localdate().year
        for programme in programmes:
            self.fields[f"share_{programme.pk}"] = forms.DecimalField(
                label=_("%(programme)s, per cent") % {"programme": programme.local_name},
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                required=False,
            )

    def shares(self) -> dict[Programme, Decimal]:
        """Those that were given, above nothing."""
        typed = {programme: self.cleaned_data.get(f"share_{programme.pk}") for programme in self.programmes}
        return {programme: percent for programme, percent in typed.items() if percent}


def key_as_typed(key: CostKey) -> dict[str, Any]:
    """A key as its form shows it, to be changed."""
    shares = {f"share_{share.programme_id}": share.percent for share in key.shares.all()}
    return {"year": key.year, "basis": key.basis} | shares
