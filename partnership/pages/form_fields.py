"""What forms are made of: a form of a model, fields that all of them share, a broken rule shown at its field."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from partnership.isolation.errors import Invalid, RuleError

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    from django.forms import ModelForm as ModelForm
else:

    class ModelForm(forms.ModelForm):
        """Django's, with its model named for the type checker: `class NoteForm(ModelForm[Note])`."""

        def __class_getitem__(cls, model):
            return cls


class OwnForm(ModelForm[M]):
    """A form of a record that has its partner already: what that partner has only once, as a title, is refused in words."""

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"partner"}


class DateInput(forms.DateInput):
    """The browser's own date field; it sends and wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def offer_days(field: forms.Field, *days: int) -> None:
    """Buttons beside a date field for days that are often meant, counted from today: -1, 0 or 1."""
    today = timezone.localdate()
    names = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    field.widget.attrs["data-days"] = "|".join(f"{names[day]}={today + timedelta(days=day)}" for day in days)


def refuse(form: forms.BaseForm, error: RuleError) -> None:
    """Shows a broken rule at the field that it is about, or above the form."""
    field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
    form.add_error(field, said(error))


def said(error: RuleError) -> str:
    """A broken rule as a page says it, with a link to each record that stands in the way."""
    ways = ((reverse(record.page, args=[record.number]), _("Open it")) for record in error.records)
    return format_html("{}{}", str(error), format_html_join("", ' <a href="{}">{}</a>', ways))
