"""Forms of mediations: the offer, how it went, and what an authority is told by the person's consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, offer_days
from referrals.mediation.actions import RECEIVING_KINDS
from referrals.mediation.models import Answer, Kept, Mediation, Result, Side

ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]
"""How the consent is given: the page has no pad to sign on."""


class OfferForm(forms.Form):
    harmed = forms.CharField(
        label=_("Who was harmed"),
        max_length=200,
        help_text=_("A name, or what you call them. Only your organisation sees it."),
    )
    offered_on = forms.DateField(label=_("Offered on"), widget=DateInput(), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["offered_on"], 0, -1)


class AnswerForm(forms.Form):
    side = forms.ChoiceField(label=_("Who"), choices=Side.choices)
    answer = forms.ChoiceField(label=_("Answer"), choices=Answer.choices)


class HoldForm(forms.Form):
    """How it went; of an agreement what it holds and by when."""

    held_on = forms.DateField(label=_("Held on"), widget=DateInput(), initial=timezone.localdate)
    result = forms.ChoiceField(label=_("How it went"), choices=Result.choices, widget=forms.RadioSelect)
    terms = forms.MultipleChoiceField(
        label=_("What was agreed"),
        choices=Mediation.Term.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    keep_by = forms.DateField(
        label=_("To be kept by"), widget=DateInput(), required=False, help_text=_("Of an agreement.")
    )


class KeptForm(forms.Form):
    kept = forms.ChoiceField(label=_("Was the agreement kept?"), choices=Kept.choices)


class ReportForm(forms.Form):
    """To whom, and the person's consent to just that."""

    to_partner = forms.ModelChoiceField(label=_("Police, prosecutor or court"), queryset=Partner.objects.none())
    number = forms.CharField(label=_("Case number"), max_length=60, required=False)
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
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {"signed_on": today, "expires_on": today + timedelta(days=180)}
        self.fields["to_partner"].queryset = Partner.objects.filter(kind__in=RECEIVING_KINDS, is_active=True)  # type: ignore[attr-defined]
        if not is_minor:
            del self.fields["guardian_name"], self.fields["guardian_missing_reason"]
