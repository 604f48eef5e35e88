"""Publishing a release, and taking it back."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.pages.form_fields import DateInput


def in_a_year() -> date:
    """The day on which the next results are due when nothing else is planned: results are published once a year."""
    return date(timezone.localdate().year + 1, timezone.localdate().month, 1)


class PublishForm(forms.Form):
    """The day of the next results, and that the preview was looked at."""

    next_on = forms.DateField(
        label=_("Next results on"),
        help_text=_("The public is told this day, so that nobody waits for good news or bad."),
        widget=DateInput(),
        initial=in_a_year,
    )
    is_checked = forms.BooleanField(label=_("I have looked at the preview: this is what everybody may see"))


class WithdrawForm(forms.Form):
    """Why published results are taken back."""

    because = forms.CharField(
        label=_("Why"),
        help_text=_("The public reads these words beside the date. Name no person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
