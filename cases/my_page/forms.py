"""Forms of cards, and of My page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.rights.models import SubjectRequest
from partnership.pages.form_fields import DateInput


class CardForm(forms.Form):
    """In which language a card is, and how long it works."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    valid_until = forms.DateField(label=_("Works until"), widget=DateInput())


class OpenForm(forms.Form):
    """Code and date of birth, the date as three numbers: a phone's calendar takes forty taps to a year of birth."""

    code = forms.CharField(max_length=40)
    day = forms.IntegerField(min_value=1, max_value=31)
    month = forms.IntegerField(min_value=1, max_value=12)
    year = forms.IntegerField(min_value=1880, max_value=2100)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            cleaned["born_on"] = date(cleaned["year"], cleaned["month"], cleaned["day"])
        except (KeyError, ValueError) as error:
            raise ValidationError("no date") from error
        return cleaned


class AskForm(forms.Form):
    """What a person asks for about their data on My page."""

    KINDS = (SubjectRequest.Kind.ACCESS, SubjectRequest.Kind.RECTIFICATION, SubjectRequest.Kind.ERASURE)
    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in KINDS])
    note = forms.CharField(max_length=2000, required=False)
