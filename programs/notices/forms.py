"""Forms of trend notices: writing one, sending it, withdrawing it, answering it; and the filters of their list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.members.models import District, Partner
from partnership.pages.form_fields import DateInput, ModelForm, offer_days
from programs.notices.models import Notice, NoticeReply


class NoticeForm(ModelForm[Notice]):
    substances = forms.MultipleChoiceField(
        label=_("Substances"), choices=Notice.Substance.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Notice
        fields = [
            "kind", "substances", "districts", "seen_from", "seen_to", "text", "advice", "severity", "reliability", "credibility",
            "tlp", "valid_until",
        ]  # fmt: skip
        widgets = {
            "districts": forms.CheckboxSelectMultiple,
            "seen_from": DateInput(),
            "seen_to": DateInput(),
            "valid_until": DateInput(),
            "text": forms.Textarea(attrs={"rows": 5}),
            "advice": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("seen_from", "seen_to"):
            offer_days(self.fields[name], 0, -1)


class SendForm(forms.Form):
    """To whom a notice goes that is not for everybody."""

    receivers = forms.ModelMultipleChoiceField(
        label=_("Who receives it"), queryset=Partner.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Partner.objects.filter(is_active=True).exclude(pk=acting.partner.pk).order_by("name")
        self.fields["receivers"].queryset = others  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    because = forms.CharField(label=_("Why"), max_length=300)


class ReplyForm(forms.Form):
    """Whether the same is seen here, and how often."""

    seen_here = forms.ChoiceField(
        label=_("Do you see it too?"), choices=NoticeReply.SeenHere.choices, widget=forms.RadioSelect
    )
    band = forms.ChoiceField(
        label=_("If you do, how often?"), choices=[("", "–"), *NoticeReply.Band.choices], required=False
    )


class NoticeFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    show = filters.ChoiceFilter(
        label=_("Notices"),
        empty_label=_("Valid today"),
        choices=[("own", _("Of your organisation")), ("past", _("Past and withdrawn"))],
        method="by_show",
    )
    district = filters.ModelChoiceFilter(
        label=_("District"), queryset=District.objects.all(), field_name="districts", empty_label=_("All districts")
    )
    substance = filters.ChoiceFilter(
        label=_("Substance"), choices=Notice.Substance.choices, empty_label=_("All substances"), method="by_substance"
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Notice.Kind.choices, empty_label=_("All kinds"))

    class Meta:
        model = Notice
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Notice], *, acting: Acting) -> None:
        self.partner = acting.partner
        super().__init__(data, queryset)

    def filter_queryset(self, queryset: Any) -> Any:
        notices = super().filter_queryset(queryset)
        return notices if self.form.cleaned_data.get("show") else notices.in_force()

    def by_show(self, queryset: Any, name: str, value: str) -> Any:
        if value == "own":
            return queryset.filter(partner=self.partner)
        withdrawn = queryset.filter(state=Notice.State.WITHDRAWN)
        return withdrawn | queryset.filter(state=Notice.State.SHARED, valid_until__lt=timezone.localdate())

    def by_substance(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(substances__contains=[value])
