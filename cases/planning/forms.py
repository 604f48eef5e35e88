"""Forms of appointments and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Session
from cases.planning.models import Appointment
from partnership.members.models import User
from partnership.pages.form_fields import DateInput


class AppointmentForm(forms.Form):
    """When, where and with whom of the team somebody is met."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    time = forms.TimeField(
        label=_("Time"), initial="10:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=1440, initial=60)
    method = forms.ChoiceField(label=_("Method"), choices=Session.Method.choices)
    place = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        help_text=_("Shown in your own calendar programme too: no names here."),
    )
    responsible = forms.TypedChoiceField(label=_("With"), coerce=int)

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {user.pk: user for user in team}
        self.fields["responsible"].choices = [(user.pk, user.full_name) for user in team]  # type: ignore[attr-defined]

    @staticmethod
    def of(appointment: Appointment) -> dict[str, Any]:
        starts_at = timezone.localtime(appointment.starts_at)
        plain = {name: getattr(appointment, name) for name in ("minutes", "method", "place")}
        return plain | {"day": starts_at.date(), "time": starts_at.time(), "responsible": appointment.responsible_id}

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:
            raise ValidationError(_("Check the year."))
        return day

    def terms(self) -> dict[str, Any]:
        """What the service takes: day and time as one moment of local time."""
        terms = dict(self.cleaned_data)
        starts_at = timezone.make_aware(datetime.combine(terms.pop("day"), terms.pop("time")))
        return terms | {"starts_at": starts_at, "responsible": self.team[terms["responsible"]]}


class TaskForm(forms.Form):
    text = forms.CharField(label=_("What is to be done"), max_length=300)
    due_on = forms.DateField(label=_("By"), required=False, widget=DateInput())
    assigned_to = forms.TypedChoiceField(label=_("Who"), coerce=int)

    def __init__(self, *args: Any, team: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = {user.pk: user for user in team}
        self.fields["assigned_to"].choices = [(user.pk, user.full_name) for user in team]  # type: ignore[attr-defined]

    def clean_assigned_to(self) -> User:
        return self.team[self.cleaned_data["assigned_to"]]
