"""Forms of agreements, their versions, flows and steps of approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.agreements.models import Agreement, AgreementFile, AgreementVersion, ApprovalStep, DataFlow
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm

ANY_PARTY = ("", _("Any party"))


class AgreementForm(ModelForm[Agreement]):
    class Meta:
        model = Agreement
        fields = ["title", "parties", "legal_basis", "open_cases_run", "days_to_acknowledge", "days_to_accept"]
        widgets = {"parties": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.ended_on:
            del self.fields["open_cases_run"]  # said when it ended

    def clean_parties(self) -> Any:
        parties = self.cleaned_data["parties"]
        if len(parties) < 2:
            raise forms.ValidationError(_("An agreement has two parties or more."))
        return parties


class VersionForm(ModelForm[AgreementVersion]):
    class Meta:
        model = AgreementVersion
        fields = ["valid_from", "valid_to", "summary", "assessed_on", "assessed_by"]
        widgets = {
            "valid_from": DateInput(),
            "valid_to": DateInput(),
            "assessed_on": DateInput(),
            "summary": forms.Textarea(attrs={"rows": 3}),
        }


class FlowForm(forms.Form):
    """What may leave from whom to whom; the kinds are those of the parties."""

    from_kind = forms.ChoiceField(label=_("From"), required=False)
    to_kind = forms.ChoiceField(label=_("To"), required=False)
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=DataFlow.Purpose.choices,
        help_text=_(
            "Referrals and reports use diversion and follow-up; notices that protect somebody, protection. For statistics nothing "
            "leaves that names anybody."
        ),
    )
    categories = forms.MultipleChoiceField(
        label=_("What may leave"),
        choices=DataFlow.Category.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The content of treatment never leaves."),
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {partner.kind for partner in agreement.parties.all()}
        choices = [ANY_PARTY, *((kind, label) for kind, label in Partner.Kind.choices if kind in kinds)]
        for name in ("from_kind", "to_kind"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class StepForm(ModelForm[ApprovalStep]):
    class Meta:
        model = ApprovalStep
        fields = ["partner", "what", "position", "days"]

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = agreement.parties.all()  # type: ignore[attr-defined]


class FileForm(forms.Form):
    kind = forms.ChoiceField(label=_("Which file"), choices=AgreementFile.Kind.choices)
    content = forms.FileField(
        label=_("File"),
        help_text=_("A PDF of at most 4 MB. It takes the place of the one before."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=ApprovalStep.Decision.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed where you return or refuse it. Every organisation can read them."),
    )
