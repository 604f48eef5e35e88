"""Forms of prevention plans."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Membership, Partner, User
from partnership.pages.form_fields import ModelForm
from programs.catalogue.models import Programme
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.standards.practices import CHOICES


class PlanForm(ModelForm[PreventionPlan]):
    """A plan; its programme is chosen with the first version, and stays."""

    practices = forms.MultipleChoiceField(label=_("What is done"), choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    deliverers = forms.MultipleChoiceField(
        label=_("Who does it"), choices=PreventionPlan.Deliverer.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PreventionPlan
        fields = ["programme", *PreventionPlan.CONTENT]

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["programme"]
        else:
            own = Programme.objects.filter(partner=partner, is_active=True)
            self.fields["programme"].queryset = own  # type: ignore[attr-defined]
        members = Membership.objects.in_use().filter(partner=partner, api_client=None)
        self.fields["leader"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            pk__in=members.values("user")
        ).order_by("full_name")
        self.fields["sessions"].widget.attrs |= {"min": 1, "max": 99, "inputmode": "numeric"}


class AnswerForm(forms.Form):
    """Why the plan stays as it is: the reason for one piece of advice."""

    answer = forms.CharField(
        label=_("Your reason"),
        max_length=PlanAdvice._meta.get_field("answer").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecisionForm(forms.Form):
    """What a coordinator says with a decision."""

    words = forms.CharField(
        label=_("What you say to the planners"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where you return the plan."),
    )
