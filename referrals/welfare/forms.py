"""The form of a child welfare notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Partner
from referrals.welfare.actions import RECEIVING_KIND


class WelfareForm(forms.Form):
    to_partner = forms.ModelChoiceField(label=_("Social services"), queryset=Partner.objects.none())
    concern = forms.CharField(
        label=_("Your concern"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you saw or were told, where and when."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_partner"].queryset = Partner.objects.filter(kind=RECEIVING_KIND, is_active=True)  # type: ignore[attr-defined]
