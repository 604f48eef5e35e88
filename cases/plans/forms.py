"""Forms of plans: agreeing one, a step, the end report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enrolments.models import Goal
from cases.plans.actions import GoalResult
from cases.plans.models import Step
from partnership.pages.form_fields import DateInput, ModelForm


class AgreeForm(forms.Form):
    agreed_on = forms.DateField(label=_("Agreed with the person on"), widget=DateInput())
    review_on = forms.DateField(label=_("Review on"), widget=DateInput(), required=False)


class StepForm(ModelForm[Step]):
    text = forms.CharField(label=pgettext_lazy("plan", "Step"), max_length=300)

    class Meta:
        model = Step
        fields = ["text", "whose", "due_on"]
        widgets = {"due_on": DateInput()}


class EndReportForm(forms.Form):
    """Of each goal what became of it, and why."""

    def __init__(self, *args: Any, goals: Iterable[Goal], summary: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = list(goals)
        for goal in self.goals:
            reached = Goal.Result.ACHIEVED if goal.reached_on else ""
            self.fields[f"result-{goal.pk}"] = forms.ChoiceField(
                label=goal.text, choices=Goal.Result.choices, widget=forms.RadioSelect, initial=goal.result or reached
            )
            self.fields[f"why-{goal.pk}"] = forms.CharField(
                label=_("Why"), required=False, max_length=500, initial=goal.result_why
            )
        self.fields["summary"] = forms.CharField(
            label=_("Summary"),
            required=False,
            max_length=4000,
            initial=summary,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("Stays in your organisation."),
        )

    def results(self) -> dict[int, GoalResult]:
        """The results as the action takes them."""
        data = self.cleaned_data
        return {goal.pk: GoalResult(data[f"result-{goal.pk}"], data[f"why-{goal.pk}"]) for goal in self.goals}
