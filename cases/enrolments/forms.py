"""Forms of enrolments: enrolling, sessions (of a group too), goals, notes, the end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Goal, Note, Session, Substance
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm
from programs.catalogue.choosing import FitForm
from programs.catalogue.models import Programme


class SessionForm(ModelForm[Session]):
    class Meta:
        model = Session
        fields = ["held_on", "method", "attendance", "minutes"]
        widgets = {"held_on": DateInput()}


class GroupForm(forms.Form):
    """A session of a whole group: the day, and who came. Whoever is not marked gets no entry."""

    held_on = forms.DateField(label=_("Date"), widget=DateInput())
    method = forms.ChoiceField(label=_("Method"), choices=Session.Method.choices, initial=Session.Method.GROUP)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)

    def __init__(self, *args: Any, enrolments: list[Enrolment], marked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = enrolments
        for enrolment in enrolments:
            self.fields[f"who-{enrolment.pk}"] = forms.ChoiceField(
                label=str(enrolment.person),
                choices=[("", _("not in this group")), *Session.Attendance.choices],
                required=False,
                initial=marked,
            )

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
        self.fields["programme"].queryset = Programme.objects.filter(partner=partner, is_active=True)  # type: ignore[attr-defined]
