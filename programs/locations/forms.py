from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partnership.pages.form_fields import ModelForm
from programs.locations.models import Location, OpeningHours


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class LocationForm(ModelForm[Location]):
    """A place and its week: of each day from when to when, both empty where it is closed."""

    class Meta:
        model = Location
        fields = ["name", "street", "postal_code", "city", "is_confidential", "phone", "access"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {day.weekday: day for day in self.instance.hours.all()} if self.instance.pk else {}
        for day, label in OpeningHours.Weekday.choices:
            hours = known.get(day)
            for name, text, initial in (
                (f"opens_{day}", _("%(day)s, opens") % {"day": label}, hours and hours.opens_at),
                (f"closes_{day}", _("%(day)s, closes") % {"day": label}, hours and hours.closes_at),
            ):
                self.fields[name] = forms.TimeField(label=text, required=False, widget=TimeInput(), initial=initial)

    def week(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The days with their two fields, for the page."""
        return [
            (str(label), self[f"opens_{day}"], self[f"closes_{day}"]) for day, label in OpeningHours.Weekday.choices
        ]

    def place(self) -> list[forms.BoundField]:
        """The fields of the place itself, for the page."""
        return [self[name] for name in self.Meta.fields]

    def hours(self) -> dict[int, tuple[time, time]]:
        """Of a valid form: day → from when to when."""
        spans = {
            day: (self.cleaned_data[f"opens_{day}"], self.cleaned_data[f"closes_{day}"])
            for day in OpeningHours.Weekday.values
        }
        return {day: (first, last) for day, (first, last) in spans.items() if first and last}

    def clean(self) -> dict[str, Any]:
        """Each day has both times or none, in their order."""
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        for day in OpeningHours.Weekday.values:
            first, last = fields.get(f"opens_{day}"), fields.get(f"closes_{day}")
            if bool(first) != bool(last):
                missing = f"closes_{day}" if first else f"opens_{day}"
                self.add_error(missing, ValidationError(_("Give both times, or none.")))
            elif first and last and first >= last:
                self.add_error(f"closes_{day}", ValidationError(_("It closes before it opens.")))
        return fields
