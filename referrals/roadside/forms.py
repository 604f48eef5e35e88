"""The form of diverting somebody at the roadside: the same actions as the long form, fewer questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.consents.models import Consent
from programs.catalogue.choosing import FitForm
from programs.catalogue.models import Programme, ReferralKind
from referrals.handover.forms import ConsentForm

KIND = ReferralKind.ARREST_DIVERSION


def offered_programmes() -> Any:
    """Programmes that take diverted people now: those with a place first."""
    fitting = Programme.objects.offered().filter(accepts__contains=[KIND])
    return fitting.exclude(capacity=Programme.Capacity.CLOSED).for_lists()


class RoadsideForm(FitForm):
    """A programme that takes diverted people now."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=Programme.objects.none(),
        error_messages={"required": gettext_lazy("Choose a programme.")},
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)
    summary = forms.CharField(
        label=gettext_lazy("Anything that the programme must know to answer"), max_length=1800, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = offered_programmes()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """As the long form gives it."""
        data = super().clean() or {}
        return data | {"kind": KIND, "language": ""}


class RoadsideConsentForm(ConsentForm):
    """The consent, without which nothing is sent: who signs on the screen gives it by that, and nobody ticks it once more."""

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("signed_how") == Consent.Signed.SCREEN:
            self.cleaned_data["is_given"] = True
        return super().clean()
