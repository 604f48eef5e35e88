"""Forms of people, enrolments and imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import iccs
from cases.imports.fields import COLUMNS
from cases.models import (
    HIGHEST,
    Appointment,
    Assessment,
    DataImport,
    Enrolment,
    Goal,
    Note,
    Person,
    Session,
    Sex,
    SubjectRequest,
    Substance,
)
from partnership import identity_code
from partnership.forms import DateInput
from partnership.models import District, Partner, User
from programs.models import Programme


class PersonForm(forms.ModelForm):
    """Who the person is. The identity code fills in date of birth and sex; without a code a name or a nickname will do."""

    identity_code = forms.CharField(
        label=_("Personal identity code"),
        required=False,
        max_length=11,
        help_text=_("So that somebody you know already is recognised. Leave empty for somebody without one."),
    )
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=100)
    first_names = forms.CharField(
        label=_("First names"), max_length=100, help_text=_("Or what the person wants to be called.")
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=DateInput(),
        help_text=_("Under 18, a guardian consents as well."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("So that the programme can call."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)

    class Meta:
        model = Person
        fields = ["identity_code", "last_name", "first_names", "born_on", "sex", "phone", "email", "district"]

    def clean_identity_code(self) -> str:
        text = self.cleaned_data["identity_code"]
        self.parsed = identity_code.parse(text) if text else None
        return self.parsed.text if self.parsed else ""

    def clean_born_on(self) -> Any:
        born_on = self.cleaned_data["born_on"]
        if born_on and not 1900 <= born_on.year <= timezone.localdate().year:
            raise ValidationError(_("This is not a date of birth."))
        if born_on and born_on > timezone.localdate():
            raise ValidationError(_("The date of birth lies in the future."))
        return born_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code = getattr(self, "parsed", None)
        if code:
            if data.get("born_on") and data["born_on"] != code.born_on:
                self.add_error("born_on", _("The identity code says another date of birth."))
            data["born_on"] = code.born_on
            if data.get("sex") in (None, "", Sex.UNKNOWN):
                data["sex"] = code.sex
        data["sex"] = data.get("sex") or Sex.UNKNOWN
        return data


class SessionForm(forms.ModelForm):
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
        given = dict(self.cleaned_data)
        starts_at = timezone.make_aware(datetime.combine(given.pop("day"), given.pop("time")))
        return given | {"starts_at": starts_at, "responsible": self.team[given["responsible"]]}


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


class AssessmentForm(forms.Form):
    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=[(i.value, f"{i.label} (0–{HIGHEST[i.value]})") for i in Assessment.Instrument]
    )
    score = forms.IntegerField(label=_("Total score"), min_value=0, max_value=max(HIGHEST.values()))
    held_on = forms.DateField(label=_("Date"), widget=DateInput())


class GoalForm(forms.ModelForm):
    text = forms.CharField(label=_("Goal"), max_length=300)

    class Meta:
        model = Goal
        fields = ["area", "text"]


class NoteForm(forms.ModelForm):
    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Note
        fields = ["text"]


class EndForm(forms.Form):
    ended_on = forms.DateField(
        label=_("Ended on"), widget=DateInput(), help_text=_("Appointments after this day are taken off the calendar.")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Enrolment.EndReason.choices)


class EnrolForm(forms.Form):
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


class RequestForm(forms.Form):
    """What a person asks for about their own data."""

    kind = forms.ChoiceField(
        label=_("What is asked for"), choices=SubjectRequest.Kind.choices, widget=forms.RadioSelect
    )
    received_on = forms.DateField(
        label=_("Received on"), widget=DateInput(), help_text=_("It is to be answered within a month of this day.")
    )
    note = forms.CharField(
        label=_("In the person's words"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(o.value, o.label) for o in SubjectRequest.Outcome if o.value],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Answer, with the reasons for what is not granted"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OverdoseForm(forms.Form):
    """A month's overdoses in a district. The month is typed or chosen as any day in it."""

    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.order_by("name"))
    month = forms.DateField(label=_("Month"), widget=DateInput(), help_text=_("Any day in it."))
    non_fatal = forms.IntegerField(label=_("Not fatal"), min_value=0, max_value=100_000)
    fatal = forms.IntegerField(label=_("Fatal"), min_value=0, max_value=100_000)

    def clean_month(self) -> Any:
        month = self.cleaned_data["month"].replace(day=1)
        if month > timezone.localdate():
            raise ValidationError(_("The month lies in the future."))
        return month


class UploadForm(forms.Form):
    """A file of arrests or participants, and what is known of it as a whole."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, headings in the first row, one row per offence, participation, or district and year."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, partner: Partner, kind: str, max_bytes: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_bytes = max_bytes
        if kind == DataImport.Kind.ARRESTS:
            self.fields["complete_through"] = forms.DateField(
                label=_("Complete through"),
                widget=DateInput(),
                help_text=_(
                    "Up to which day all arrests of these districts are in your files, this one included. Figures look no further."
                ),
            )
            self.fields["districts"] = forms.ModelMultipleChoiceField(
                label=_("Districts covered"),
                queryset=District.objects.filter(partners=partner),
                widget=forms.CheckboxSelectMultiple,
                initial=list(District.objects.filter(partners=partner)),
            )
        elif kind == DataImport.Kind.PARTICIPANTS:
            self.fields["programme"] = forms.ModelChoiceField(
                label=_("Programme"), queryset=Programme.objects.filter(partner=partner, is_active=True)
            )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.max_bytes:
            raise ValidationError(
                _("The file is larger than %(mb)d MB: divide it.") % {"mb": self.max_bytes // 1024 // 1024}
            )
        return file

    def clean_complete_through(self) -> Any:
        day = self.cleaned_data["complete_through"]
        if day > timezone.localdate():
            raise ValidationError(_("The date lies in the future."))
        return day


class MappingForm(forms.Form):
    """Which column is what; and an ICCS code for each local offence code that has none."""

    def __init__(self, *args: Any, data_import: DataImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        headings = [("", "—"), *((heading, heading) for heading in data_import.columns)]
        for column in COLUMNS[data_import.kind]:
            self.fields[f"column_{column.name}"] = forms.ChoiceField(
                label=column.label,
                choices=headings,
                required=column.required,
                initial=data_import.mapping.get(column.name, ""),
            )
        codes = [
            ("", _("— no code yet —")),
            *((code, f"{code} · {label}") for code, label in sorted(iccs.CODES.items())),
        ]
        self.code_fields: dict[str, str] = {}
        for number, (local, rows) in enumerate(sorted(data_import.unmapped_codes.items(), key=lambda item: -item[1])):
            name = f"code_{number}"
            self.code_fields[name] = local
            self.fields[name] = forms.ChoiceField(label=f"{local} ({rows})", choices=codes, required=False)

    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column_")
        }

    def codes(self) -> dict[str, str]:
        return {local: self.cleaned_data[name] for name, local in self.code_fields.items()}
