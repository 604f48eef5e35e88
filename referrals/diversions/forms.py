"""Forms of diversions: terms, progress, breach, outcome, decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.pages.form_fields import DateInput
from referrals.diversions.actions import ConditionTerms
from referrals.diversions.models import Condition, DiversionAgreement


class DiversionForm(forms.Form):
    """Deadline and conditions of a diversion."""

    deadline = forms.DateField(label=_("Deadline"), required=False, widget=DateInput())
    sessions = forms.IntegerField(label=_("Sessions to attend"), min_value=0, max_value=200, required=False)
    assessment = forms.BooleanField(label=_("Come to an assessment"), required=False)
    restitution = forms.CharField(label=_("Make good the damage: how"), max_length=200, required=False)
    stay_clear = forms.CharField(label=_("Stay clear of: which area"), max_length=200, required=False)
    other = forms.CharField(label=_("Another condition"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"deadline": timezone.localdate() + timedelta(days=90), "sessions": 5, "assessment": True}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    @staticmethod
    def initial_of(diversion: DiversionAgreement) -> dict[str, Any]:
        initial: dict[str, Any] = {"deadline": diversion.deadline, "sessions": 0, "assessment": False}
        for condition in diversion.conditions.all():
            if condition.kind == Condition.Kind.SESSIONS:
                initial["sessions"] = condition.target
            elif condition.kind == Condition.Kind.ASSESSMENT:
                initial["assessment"] = True
            else:
                initial[condition.kind] = condition.detail
        return initial

    def conditions(self) -> list[ConditionTerms]:
        data = self.cleaned_data
        terms: list[ConditionTerms] = []
        if data.get("assessment"):
            terms.append({"kind": Condition.Kind.ASSESSMENT, "detail": "", "target": 1})
        if data.get("sessions"):
            terms.append({"kind": Condition.Kind.SESSIONS, "detail": "", "target": data["sessions"]})
        for kind in (Condition.Kind.RESTITUTION, Condition.Kind.STAY_CLEAR, Condition.Kind.OTHER):
            if data.get(kind):
                terms.append({"kind": kind, "detail": data[kind], "target": 1})
        return terms

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("deadline") and data["deadline"] <= timezone.localdate():
            self.add_error("deadline", _("The deadline must lie in the future."))
        return data


# --- Diversions ------------------------------------------------------------------------------------------------------------


class ProgressForm(forms.Form):
    done = forms.IntegerField(label=_("Done"), min_value=0, max_value=1000)
    on = forms.DateField(label=_("As of"), widget=DateInput())


class BreachForm(forms.Form):
    on = forms.DateField(label=_("Day of the breach"), widget=DateInput())


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(o.value, o.label) for o in DiversionAgreement.Outcome if o.value],
        widget=forms.RadioSelect,
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(d.value, d.label) for d in DiversionAgreement.Decision if d.value],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons for the decision"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
