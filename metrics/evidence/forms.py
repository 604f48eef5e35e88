"""Forms of claims, and of why evidence is withdrawn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrics.evidence.models import Claim
from partnership.isolation.acting import Acting
from partnership.members.models import Role
from partnership.pages.form_fields import ModelForm
from programs.catalogue.models import Programme


class ClaimForm(ModelForm[Claim]):
    """A claim: of a manager about the own programmes, of the coordinator about anything."""

    class Meta:
        model = Claim
        fields = ["words", "source", "programme", "district", "intervention", "measure", "change", "months"]

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.select_related("partner").order_by("name", "id")
        if acting.role != Role.COORDINATOR:
            programmes = programmes.filter(partner=acting.partner)
            del self.fields["district"], self.fields["intervention"]
            self.fields["programme"].required = True
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class WithdrawEvidenceForm(forms.Form):
    because = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=500,
        help_text=_("The public reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
