"""Forms of funding calls: telling of one, interest, withdrawing, a joint application; and the filters of their list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm, OwnForm
from programs.funding.models import CallInterest, FundingCall, JointApplication


class CallForm(OwnForm[FundingCall]):
    may_apply = forms.MultipleChoiceField(
        label=_("Who may apply"),
        choices=Partner.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of those in this partnership; others may join as the funder says."),
    )
    themes = forms.MultipleChoiceField(
        label=_("Themes"), choices=FundingCall.Theme.choices, widget=forms.CheckboxSelectMultiple
    )

    link = forms.URLField(
        label=_("Link"),
        assume_scheme="https",
        max_length=FundingCall._meta.get_field("link").max_length,
        help_text=_("The funder’s own page: what it says holds."),
    )

    class Meta:
        model = FundingCall
        fields = [
            "funder", "title", "link", "opens_on", "closes_on", "least_eur", "most_eur", "may_apply", "themes", "about",
        ]  # fmt: skip
        widgets = {
            "opens_on": DateInput(),
            "closes_on": DateInput(),
            "about": forms.Textarea(attrs={"rows": 4}),
        }


class WithdrawForm(forms.Form):
    because = forms.CharField(label=_("Why"), max_length=FundingCall._meta.get_field("withdrawn_why").max_length)


class InterestForm(ModelForm[CallInterest]):
    class Meta:
        model = CallInterest
        fields = ["part", "brings"]
        widgets = {"part": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = CallInterest.Part.choices  # type: ignore[attr-defined] # without an empty one


class ApplicationForm(ModelForm[JointApplication]):
    joins = forms.ModelMultipleChoiceField(
        label=_("Who joins"),
        required=False,
        queryset=Partner.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of those that said they would lead or join. They are told, and read this draft."),
    )

    class Meta:
        model = JointApplication
        fields = ["title", "plan", "amount_eur"]
        widgets = {"plan": forms.Textarea(attrs={"rows": 8})}

    field_order = ["title", "joins"]

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who was named may stay, whatever they say now.
        may_join = Q(pk__in=self.instance.call.interests.values("partner")) | Q(pk__in=self.instance.joins)
        joins: Any = self.fields["joins"]
        joins.queryset = Partner.objects.filter(may_join).exclude(pk=acting.partner.pk).order_by("name")


class CallFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    show = filters.ChoiceFilter(
        label=_("Calls"),
        empty_label=_("Not closed"),
        choices=[
            ("soon", _("Closing in 30 days")),
            ("ours", _("That we would apply to")),
            ("over", _("Closed and withdrawn")),
        ],
        method="by_show",
    )
    theme = filters.ChoiceFilter(
        label=_("Theme"), choices=FundingCall.Theme.choices, empty_label=_("All themes"), method="by_theme"
    )
    may_apply = filters.ChoiceFilter(
        label=_("Who may apply"), choices=Partner.Kind.choices, empty_label=_("Anybody"), method="by_kind"
    )

    class Meta:
        model = FundingCall
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[FundingCall], *, acting: Acting) -> None:
        self.partner = acting.partner
        super().__init__(data, queryset)

    def filter_queryset(self, queryset: Any) -> Any:
        calls = super().filter_queryset(queryset)
        return calls if self.form.cleaned_data.get("show") else calls.open()

    def by_show(self, queryset: Any, name: str, value: str) -> Any:
        if value == "soon":
            return queryset.closing_soon()
        if value == "ours":
            return queryset.filter(interests__partner=self.partner)
        return queryset.exclude(pk__in=FundingCall.objects.open())

    def by_theme(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(themes__contains=[value])

    def by_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(may_apply__contains=[value])
