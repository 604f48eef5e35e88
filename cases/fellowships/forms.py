"""Forms of fellowships, milestones, touchpoints and stipends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Goal
from cases.fellowships.models import MOST_MONTHS, Touchpoint
from partnership.members.models import Partner, User
from partnership.pages.form_fields import DateInput, offer_days
from programs.catalogue.models import Programme
from programs.grants.models import Grant


class FellowshipForm(forms.Form):
    started_on = forms.DateField(label=_("First day"), widget=DateInput(), initial=timezone.localdate)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=MOST_MONTHS)
    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=User.objects.none())
    second_mentor = forms.ModelChoiceField(label=_("Second mentor"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("mentor", "second_mentor"):
            self.fields[name].queryset = User.objects.filter(pk__in=[user.pk for user in team])  # type: ignore[attr-defined]


class MilestoneForm(forms.Form):
    text = forms.CharField(label=_("Milestone"), max_length=500)
    area = forms.ChoiceField(label=_("Area"), choices=Goal.Area.choices)
    due_on = forms.DateField(label=_("By"), widget=DateInput(), required=False)


class TouchpointForm(forms.Form):
    on = forms.DateField(label=_("Date"), widget=DateInput(), initial=timezone.localdate)
    kind = forms.ChoiceField(label=_("How"), choices=Touchpoint.Kind.choices, widget=forms.RadioSelect)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["on"], 0, -1)


class StipendForm(forms.Form):
    month = forms.IntegerField(label=_("Month of the fellowship"), min_value=1, max_value=MOST_MONTHS)
    amount = forms.DecimalField(label=_("Euros"), min_value=Decimal("0.01"), max_digits=8, decimal_places=2)
    grant = forms.ModelChoiceField(
        label=_("Paid from the grant"), queryset=Grant.objects.none(), required=False, empty_label=_("None of them")
    )
    paid_from = forms.CharField(
        label=_("Paid from"),
        max_length=120,
        required=False,
        help_text=_("The account, where it is none of your grants."),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paying = Grant.objects.filter(partner=partner, state=Grant.State.AWARDED)
        self.fields["grant"].queryset = paying  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    from_month = forms.IntegerField(label=_("From month"), min_value=1, max_value=MOST_MONTHS)
    cap = forms.DecimalField(
        label=_("At most, in euros a month"), min_value=Decimal("0.01"), max_digits=8, decimal_places=2
    )
    milestones_needed = forms.IntegerField(label=_("Milestones reached by then"), min_value=0, max_value=99, initial=0)

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        field.queryset = Programme.objects.filter(pk__in=[each.pk for each in programmes])  # type: ignore[attr-defined]
        if len(programmes) == 1:
            field.initial = programmes[0].pk
