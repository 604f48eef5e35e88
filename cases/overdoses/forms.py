"""The form of a month's count of overdoses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District
from partnership.pages.form_fields import DateInput


class OverdoseForm(forms.Form):
    """A month's overdoses in a district. The month is typed or chosen as any day in it."""

    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.order_by("name"))
    month = forms.DateField(label=_("Month"), widget=DateInput(), help_text=_("Any day in it."))
    non_fatal = forms.IntegerField(label=_("Not fatal"), min_value=0, max_value=100_000)
    fatal = forms.IntegerField(label=_("Fatal"), min_value=0, max_value=100_000)

    def clean_month(self) -> Any:
        month = self.cleaned_data["month"].replace(day=1)
        if month > timezone.localdate():
            raise ValidationError(_("The month lies in the future."))
        return month
