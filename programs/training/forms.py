"""Forms of courses, their days and sheets, qualifications, and the public check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Partner
from partnership.pages.form_fields import ModelForm, OwnForm
from programs.training.models import Activity, Certificate, Course, CourseAttendance, CourseSession, Qualification


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class QualificationForm(ModelForm[Qualification]):
    activities = forms.MultipleChoiceField(
        label=_("Needed to"),
        choices=Activity.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever leads this needs a valid certificate of it, in the whole partnership."),
    )

    class Meta:
        model = Qualification
        fields = ["name", "code", "valid_months", "givers"]
        widgets = {"givers": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["givers"].queryset = Partner.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["activities"].initial = list(self.instance.requirements.values_list("activity", flat=True))


class CourseForm(OwnForm[Course]):
    class Meta:
        model = Course
        fields = ["title", "audience", "topic", "hours", "summary", "gives", "needs", "is_offered"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Qualification.objects.filter(givers=self.instance.partner)
        self.fields["gives"].queryset = own  # type: ignore[attr-defined]


class DayForm(ModelForm[CourseSession]):
    class Meta:
        model = CourseSession
        fields = ["starts_at", "place", "places", "trainers"]
        widgets = {"starts_at": MomentInput()}


class GuestForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    organisation = forms.CharField(label=_("Organisation"), max_length=120)


class MarkForm(ModelForm[CourseAttendance]):
    class Meta:
        model = CourseAttendance
        fields = ["state", "before", "after"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {"min": 0, "max": CourseAttendance.MOST_POINTS, "inputmode": "numeric", "class": "form-control"}
        for name in ("before", "after"):
            self.fields[name].widget.attrs |= limits
        self.fields["state"].widget.attrs["class"] = "form-select"


class RevokeForm(forms.Form):
    because = forms.CharField(
        label=_("Why is it revoked?"), max_length=Certificate._meta.get_field("revoked_because").max_length
    )


class CheckForm(forms.Form):
    number = forms.CharField(
        label=_("Number of the certificate"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
