"""Forms of diversions: terms, progress, breach, outcome, decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput
from referrals.diversions.actions import ConditionTerms
from referrals.diversions.models import ADDRESSED_KINDS, TAKEN_BY, Authority, Condition, DiversionAgreement


class DiversionForm(forms.Form):
    """Offence, deadline and conditions of a diversion; the talk with a young person."""

    offence = forms.ChoiceField(
        label=_("Offence"), choices=[("", "—"), *iccs.DRUG_CODES.items(), *iccs.OTHER_SECTIONS.items()], required=False
    )
    is_first_time = forms.TypedChoiceField(
        label=_("First offence"),
        choices=[("yes", _("Yes, as far as we know")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    talk_on = forms.DateField(label=_("Talk held on"), required=False, widget=DateInput())
    talk_with = forms.ChoiceField(
        label=_("Present at the talk"),
        choices=[("", "—"), *DiversionAgreement.TalkWith.choices],
        required=False,
    )
    deadline = forms.DateField(label=_("Deadline"), required=False, widget=DateInput())
    sessions = forms.IntegerField(label=_("Sessions to attend"), min_value=0, max_value=200, required=False)
    assessment = forms.BooleanField(label=_("Come to an assessment"), required=False)
    restitution = forms.CharField(label=_("Make good the damage: how"), max_length=200, required=False)
    stay_clear = forms.CharField(label=_("Stay clear of: which area"), max_length=200, required=False)
    other = forms.CharField(label=_("Another condition"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {
            "offence": "060111",
            "is_first_time": "yes",
            "deadline": timezone.localdate() + timedelta(days=90),
            "sessions": 5,
            "assessment": True,
        }
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    @staticmethod
    def initial_of(diversion: DiversionAgreement) -> dict[str, Any]:
        initial: dict[str, Any] = {
            "offence": diversion.offence,
            "is_first_time": "no" if diversion.is_first_time is False else "yes",
            "talk_on": diversion.talk_on,
            "talk_with": diversion.talk_with,
            "deadline": diversion.deadline,
            "sessions": 0,
            "assessment": False,
        }
        for condition in diversion.conditions.all():
            if condition.kind == Condition.Kind.SESSIONS:
                initial["sessions"] = condition.target
            elif condition.kind == Condition.Kind.ASSESSMENT:
                initial["assessment"] = True
            else:
                initial[condition.kind] = condition.detail
        return initial

    def offence_terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("offence", "is_first_time", "talk_on", "talk_with")}

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
        if bool(data.get("talk_on")) != bool(data.get("talk_with")):
            self.add_error("talk_with", _("Say when the talk was held and who was present."))
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


class AddressForm(forms.Form):
    """To which prosecutor or court a diversion goes for the decision."""

    authority = forms.ModelChoiceField(label=_("Prosecutor or court"), queryset=Partner.objects.none())
    number = forms.CharField(
        label=_("Case number"), max_length=60, required=False, help_text=_("As both of you know the case.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = Partner.objects.filter(kind__in=ADDRESSED_KINDS, is_active=True)  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The decision with its section of law and reasons. The police say whose it is; a prosecutor or court decides itself."""

    decided_by = forms.ChoiceField(label=_("Who decided"), choices=Authority.choices, widget=forms.RadioSelect)
    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    section = forms.CharField(
        label=_("Section of law"), max_length=60, required=False, help_text=_("For example Criminal Code 50:7.")
    )
    reasons = forms.CharField(
        label=_("Reasons for the decision"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, kind: str, reported: str = "", **kwargs: Any) -> None:
        """`kind`: of the partner that decides or records a decision. `reported`: what speaks for it already, to begin with."""
        kwargs["initial"] = {"reasons": reported} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if reported:
            self.fields["reasons"].help_text = _(
                "Filled in from what was reported. Change it if your reasons are others."
            )
        is_police = kind == Authority.POLICE
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            (decision.value, decision.label)
            for decision in DiversionAgreement.Decision
            if decision.value and (is_police or kind in TAKEN_BY[decision])
        ]
        if is_police:
            self.fields["decided_by"].initial = kind
        else:
            del self.fields["decided_by"]
            self.fields["section"].required = True
