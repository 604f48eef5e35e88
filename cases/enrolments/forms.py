"""Forms of enrolments: enrolling, meetings, sessions of a group, goals, notes, the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Goal, Note, Session, Substance
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm
from programs.catalogue.choosing import FitForm
from programs.catalogue.models import Programme


class MeetingForm(ModelForm[Session]):
    """A meeting: how it went, what is noted of it, and when the next one is. Only how it went must be said."""

    note = forms.CharField(label=_("Note"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    next_day = forms.DateField(label=_("Next appointment"), required=False, widget=DateInput())
    next_time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    next_place = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        help_text=_("Shown in your own calendar programme too: no names here."),
    )

    class Meta:
        model = Session
        fields = ["attendance", "held_on", "method", "minutes"]
        widgets = {"held_on": DateInput(), "attendance": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        """What the action takes: day and time of the next appointment as one moment of local time."""
        data = super().clean() or {}
        day, time = data.pop("next_day", None), data.pop("next_time", None)
        if day and not time and "next_time" not in self.errors:
            self.add_error("next_time", _("Say at what time."))
        if time and not day and "next_day" not in self.errors:
            self.add_error("next_day", _("Say on which day."))
        return data | {"next_at": timezone.make_aware(datetime.combine(day, time)) if day and time else None}


class GroupForm(forms.Form):
    """A session of a whole group: the day, and who came. Whoever is not marked gets no entry."""

    MARKS = (
        (Session.Attendance.ATTENDED.value, _("Attended"), "check"),
        (Session.Attendance.MISSED.value, _("Did not come"), "x"),
        (Session.Attendance.CANCELLED.value, _("Cancelled in time"), "calendar"),
        ("", _("Not in this group"), "logout"),
    )
    """What can be said of each: the value, in words, its sign."""

    held_on = forms.DateField(label=_("Date"), widget=DateInput())
    method = forms.ChoiceField(label=_("Method"), choices=Session.Method.choices, initial=Session.Method.GROUP)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)

    def __init__(self, *args: Any, enrolments: list[Enrolment], marked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = enrolments
        for enrolment in enrolments:
            self.fields[f"who-{enrolment.pk}"] = forms.ChoiceField(
                label=str(enrolment.person),
                choices=[(value, label) for value, label, _sign in self.MARKS],
                required=False,
                initial=marked,
            )

    @classmethod
    def marking_everybody(cls, data: Any, enrolments: list[Enrolment]) -> GroupForm:
        """The form as it was typed, with everybody marked as the button says that was pressed: what a browser without scripts
        sends. Nothing is recorded by it."""
        marked = data["everybody"] if data["everybody"] in Session.Attendance.values else ""
        typed = {name: data.get(name, "") for name in ("held_on", "method", "minutes")}
        return cls(enrolments=enrolments, marked=marked, initial=typed)

    def people(self) -> list[tuple[Enrolment, Any]]:
        """Each person with the field of the attendance."""
        return [(enrolment, self[f"who-{enrolment.pk}"]) for enrolment in self.enrolments]

    def attendance(self) -> dict[int, str]:
        return {e.pk: value for e in self.enrolments if (value := self.cleaned_data[f"who-{e.pk}"])}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.attendance():
            raise ValidationError(_("Mark at least one person."))
        return data


class GoalForm(ModelForm[Goal]):
    text = forms.CharField(label=_("Goal"), max_length=300)

    class Meta:
        model = Goal
        fields = ["area", "text"]


class NoteForm(ModelForm[Note]):
    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Note
        fields = ["text"]


class EndForm(forms.Form):
    ended_on = forms.DateField(
        label=_("Ended on"), widget=DateInput(), help_text=_("Appointments after this day are taken off the calendar.")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Enrolment.EndReason.choices)


class EnrolForm(FitForm):
    """Enrols an own person in an own programme, without a referral."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    started_on = forms.DateField(label=_("Start"), widget=DateInput())
    primary_drug = forms.ChoiceField(
        label=_("Primary drug"),
        required=False,
        choices=[("", _("Not known or none")), *Substance.choices],
        help_text=_("Leave empty where no drug is the reason. Figures by substance come from it."),
    )
    measurement_consent = forms.BooleanField(
        label=_("The person consents to be counted in the partnership's statistics, by pseudonym"), required=False
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Programme.objects.filter(partner=partner, is_active=True)
        self.fields["programme"].queryset = offered  # type: ignore[attr-defined]
        if len(only := offered[:2]) == 1:
            self.fields["programme"].initial = only[0]
