"""Forms of what a person asks for, and of the answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.rights.models import PrivacyNotice, SubjectRequest
from partnership.pages.form_fields import DateInput, ModelForm


class NoticeForm(ModelForm[PrivacyNotice]):
    """What the partner says of its register to everybody who asks for their data."""

    class Meta:
        model = PrivacyNotice
        fields = ["controller", "officer", "purposes", "legal_basis", "sources"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in fields}
        help_texts = {
            "purposes": _("For example: “We give counselling and help people find treatment.”"),
            "legal_basis": _("For example: “Your consent; for what the law asks us to keep, the Act on …, section ….”"),
            "sources": _("For example: “You yourself; who referred you, with your consent.”"),
        }


class RequestForm(forms.Form):
    """What a person asks for about their own data."""

    kind = forms.ChoiceField(
        label=_("What is asked for"), choices=SubjectRequest.Kind.choices, widget=forms.RadioSelect
    )
    received_on = forms.DateField(
        label=_("Received on"), widget=DateInput(), help_text=_("It is to be answered within a month of this day.")
    )
    note = forms.CharField(
        label=_("In the person's words"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(o.value, o.label) for o in SubjectRequest.Outcome if o.value],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer, with the reasons for what is not granted"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
