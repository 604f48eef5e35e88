"""Forms around a release: the planned day and its conditions, that it came, and contacts inside and in the first days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.custody.models import Condition, Naloxone, Release, ReleaseContact
from partnership.members.models import User
from partnership.pages.form_fields import DateInput, offer_days


class ReleaseForm(forms.Form):
    planned_on = forms.DateField(
        label=_("Planned day of release"),
        widget=DateInput(),
        required=False,
        help_text=_("Leave it empty until it is known."),
    )
    conditions = forms.MultipleChoiceField(
        label=_("Licence conditions"), choices=Condition.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    conditions_note = forms.CharField(
        label=_("About the conditions"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where, how often, with whom."),
    )
    responsible = forms.TypedChoiceField(label=_("Responsible for the first contact"), coerce=int, required=False)

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {user.pk: user for user in team}
        choices = [("", _("Nobody yet")), *((user.pk, user.full_name) for user in team)]
        self.fields["responsible"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def of(release: Release) -> dict[str, Any]:
        names = ("planned_on", "conditions", "conditions_note")
        return {name: getattr(release, name) for name in names} | {"responsible": release.responsible_id}

    def clean_planned_on(self) -> date | None:
        return _within_reason(self.cleaned_data["planned_on"])

    def clean_responsible(self) -> User | None:
        return self.team.get(self.cleaned_data["responsible"])


class MomentForm(forms.Form):
    """A day and a time, which `terms` has as one moment."""

    day = forms.DateField(label=_("Day"), widget=DateInput(), initial=timezone.localdate)
    time = forms.TimeField(
        label=_("Time"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    name = "at"

    def clean_day(self) -> date | None:
        return _within_reason(self.cleaned_data["day"])

    def terms(self) -> dict[str, Any]:
        terms = dict(self.cleaned_data)
        moment = timezone.make_aware(datetime.combine(terms.pop("day"), terms.pop("time")))
        return terms | {self.name: moment}


class ReleasedForm(MomentForm):
    naloxone = forms.ChoiceField(label=_("Naloxone"), choices=Naloxone.choices)

    name = "released_at"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["day"], 0, -1)


class ContactForm(MomentForm):
    how = forms.ChoiceField(label=_("How"), choices=ReleaseContact.How.choices)
    responsible = forms.TypedChoiceField(label=_("Who"), coerce=int)
    outcome = forms.ChoiceField(
        label=_("How it went"),
        choices=[("", _("Planned")), *ReleaseContact.Outcome.choices],
        required=False,
        help_text=_("Of one that has been, say it at once."),
    )

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {user.pk: user for user in team}
        self.fields["responsible"].choices = [(user.pk, user.full_name) for user in team]  # type: ignore[attr-defined]
        offer_days(self.fields["day"], 0, 1)

    def clean_responsible(self) -> User:
        return self.team[self.cleaned_data["responsible"]]


def _within_reason(day: date | None) -> date | None:
    if day and not 2000 <= day.year <= 2100:
        raise ValidationError(_("Check the year."))
    return day
