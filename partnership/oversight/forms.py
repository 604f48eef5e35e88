"""Filters of the log of reads, and what the auditor notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.purposes import Purpose
from partnership.isolation.acting import Acting
from partnership.members.models import Partner, Role
from partnership.pages.form_fields import DateInput
from partnership.pages.template_tags import read_labels

EVERYTHING = ("", _("Everything"))
LARGEST = 2**63 - 1


class Number(forms.IntegerField):
    """A record's number, as people type it: “#17”, too."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"min_value": 1, "max_value": LARGEST, "required": False, "widget": forms.TextInput}
        super().__init__(**(defaults | kwargs))

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().removeprefix("#") if isinstance(value, str) else value)


class LogFilter(forms.Form):
    """What is looked for in the log. What can't be read is an error: a filter that is left out shows more than was asked for."""

    person = Number(label=_("Person number"))
    first = forms.DateField(label=_("First day"), required=False, widget=DateInput())
    last = forms.DateField(label=_("Last day"), required=False, widget=DateInput())
    reader = forms.CharField(label=_("Reader"), required=False, max_length=100)
    partner = forms.ModelChoiceField(
        label=_("Organisation"), required=False, queryset=Partner.objects.order_by("name"), empty_label=EVERYTHING[1]
    )
    purpose = forms.ChoiceField(label=_("What for"), required=False, choices=[EVERYTHING, *Purpose.choices])
    export = forms.ChoiceField(
        label=_("Files and exports"),
        required=False,
        choices=[EVERYTHING, ("yes", _("Only these")), ("no", _("Without these"))],
    )
    what = forms.ChoiceField(label=_("What"), required=False)
    number = Number(label=_("Record number"))
    user = Number(label=_("Reader"), widget=forms.HiddenInput())
    day = forms.DateField(label=_("Day"), required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [EVERYTHING, *read_labels().items()]  # type: ignore[attr-defined]
        if acting.role != Role.AUDITOR:
            del self.fields["partner"]  # it reads its own lines alone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes before the first."))
        return data


class InquiryForm(forms.Form):
    person_number = Number(label=_("Person number"), help_text=_("As in the log. The organisation tells it."))
    from_day = forms.DateField(label=_("First day"), widget=DateInput())
    to_day = forms.DateField(
        label=_("Last day"), required=False, widget=DateInput(), help_text=_("Empty: until you close the inquiry.")
    )
    question = forms.CharField(label=_("What is asked"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_number"].required = True


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What was found"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
