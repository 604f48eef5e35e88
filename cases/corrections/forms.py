"""Forms that correct what was recorded, or take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.assessments.instruments import WITH_TOTAL
from cases.assessments.models import Assessment
from cases.corrections.models import Mistake
from cases.enrolments.models import Enrolment, Goal, Note, Session
from partnership.pages.form_fields import DateInput, ModelForm


class SessionCorrection(ModelForm[Session]):
    class Meta:
        model = Session
        fields = ["held_on", "method", "attendance", "minutes"]
        widgets = {"held_on": DateInput()}


class AssessmentCorrection(ModelForm[Assessment]):
    """A total that was typed."""

    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=lambda: [(tool.code, f"{tool.label} (0–{tool.highest})") for tool in WITH_TOTAL]
    )
    score = forms.IntegerField(label=_("Total score"), min_value=0)

    class Meta:
        model = Assessment
        fields = ["instrument", "score", "held_on"]
        widgets = {"held_on": DateInput()}

    def _post_clean(self) -> None:
        """The action checks range and day; the database's own text would say it less kindly."""


class GoalCorrection(ModelForm[Goal]):
    text = forms.CharField(label=_("Goal"), max_length=300)

    class Meta:
        model = Goal
        fields = ["area", "text"]


class NoteCorrection(ModelForm[Note]):
    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))

    class Meta:
        model = Note
        fields = ["text"]


class EnrolmentCorrection(forms.Form):
    """The days of a participation, and why it ended."""

    started_on = forms.DateField(label=_("Start"), widget=DateInput())
    ended_on = forms.DateField(label=_("Ended on"), widget=DateInput())
    reason = forms.ChoiceField(label=_("Reason"), choices=Enrolment.EndReason.choices)

    def __init__(self, data: Any, *, enrolment: Enrolment) -> None:
        days = {"started_on": enrolment.started_on, "ended_on": enrolment.ended_on}
        super().__init__(data, initial=days | {"reason": enrolment.end_reason})
        if not enrolment.ended_on:
            del self.fields["ended_on"], self.fields["reason"]


class TakeBackForm(forms.Form):
    why = forms.ChoiceField(label=_("Why"), choices=Mistake.choices, widget=forms.RadioSelect)
