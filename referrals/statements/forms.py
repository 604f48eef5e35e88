"""The form of a statement: to whom, whether as agreed, and the person's consent to just that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput
from referrals.statements.actions import RECEIVING_KINDS
from referrals.statements.models import Statement

ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]
"""How the consent to a statement is given: its page has no pad to sign on."""


class StatementForm(forms.Form):
    """What is sent."""

    to_partner = forms.ModelChoiceField(
        label=_("Prosecutor, court or probation service"), queryset=Partner.objects.none()
    )
    number = forms.CharField(label=_("Case number"), max_length=60, required=False)
    attendance = forms.ChoiceField(
        label=_("Attendance"), choices=Statement.Attendance.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note for the court"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only where the person has read it and consents to it. Empty: dates and counts only."),
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

    def __init__(self, *args: Any, is_minor: bool, **kwargs: Any) -> None:
        today = timezone.localdate()
        initial = {"signed_on": today, "expires_on": today + timedelta(days=180)}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["to_partner"].queryset = Partner.objects.filter(kind__in=RECEIVING_KINDS, is_active=True)  # type: ignore[attr-defined]
        if not is_minor:
            del self.fields["guardian_name"], self.fields["guardian_missing_reason"]
