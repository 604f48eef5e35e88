"""The form of an end report that is sent: which scores, and the person's consent to just that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.assessments.instruments import INSTRUMENTS
from cases.consents.models import Consent
from partnership.pages.form_fields import DateInput

ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]
"""How the consent is given: the page has no pad to sign on."""


class EndReportForm(forms.Form):
    """`instruments`: of which the person can choose to show the totals."""

    scores = forms.MultipleChoiceField(
        label=_("Scores that the person chooses to show"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The first and the latest total of each. None chosen: only how many goals were achieved."),
    )
    signed_on = forms.DateField(label=_("The person signed on"), widget=DateInput())
    signed_how = forms.ChoiceField(label=_("Signed how"), choices=ON_PAPER_OR_SPOKEN)
    witness = forms.CharField(
        label=_("Witness"), max_length=200, required=False, help_text=_("Spoken: who heard the person consent.")
    )
    expires_on = forms.DateField(label=_("The consent is valid until"), widget=DateInput())
    told_right_to_withdraw = forms.BooleanField(label=_("The right to withdraw was explained"))
    guardian_name = forms.CharField(label=_("Guardian who consented"), max_length=200, required=False)
    guardian_missing_reason = forms.CharField(
        label=_("Why a guardian's consent is missing"), max_length=200, required=False
    )

    def __init__(self, *args: Any, instruments: Iterable[str], is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {"signed_on": today, "expires_on": today + timedelta(days=180)}
        choices = [(code, INSTRUMENTS[code].label) for code in instruments]
        self.fields["scores"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["scores"]
        if not is_minor:
            del self.fields["guardian_name"], self.fields["guardian_missing_reason"]

    def clean(self) -> dict[str, Any]:
        """What the action takes: no scores where there are none to choose."""
        data = super().clean() or {}
        return {"scores": []} | data
