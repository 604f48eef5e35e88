"""Forms of assessments: a total that is typed, or the points of each item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.assessments.instruments import WITH_TOTAL, Instrument, Item
from partnership.pages.form_fields import DateInput

HIGHEST_OF_ALL = max(tool.highest for tool in WITH_TOTAL)


class AssessmentForm(forms.Form):
    """The total alone, as the instrument's own form says it."""

    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=lambda: [(tool.code, f"{tool.label} (0–{tool.highest})") for tool in WITH_TOTAL]
    )
    score = forms.IntegerField(label=_("Total score"), min_value=0, max_value=HIGHEST_OF_ALL)
    held_on = forms.DateField(label=_("Date"), widget=DateInput())


class AnswersForm(forms.Form):
    """The points of each item of an instrument, from which its total follows; where it asks for them, needs and wishes."""

    held_on = forms.DateField(label=_("Date"), widget=DateInput())
    review_on = forms.DateField(
        label=_("Look again on"),
        widget=DateInput(),
        required=False,
        help_text=_("From that day on the caseload shows it as due."),
    )

    def __init__(self, *args: Any, tool: Instrument, answers: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.tool, known = tool, answers or {}
        super().__init__(*args, **kwargs)
        for item in tool.items:
            answer = known.get(item.code, {})
            self.fields[f"points-{item.code}"] = forms.TypedChoiceField(
                label=self._label(item),
                choices=[(points, str(points)) for points in item.points],
                coerce=int,
                initial=answer.get("points"),
                widget=forms.RadioSelect,
            )
            for name, label in (("need", _("Need")), ("wish", _("Wish"))) if tool.asks_words else ():
                self.fields[f"{name}-{item.code}"] = forms.CharField(
                    label=label, required=False, max_length=300, initial=answer.get(name, "")
                )

    def _label(self, item: Item) -> Any:
        return _("Item %(number)s") % {"number": item.code} if item.code.isdecimal() else item.label

    def rows(self) -> list[dict[str, Any]]:
        """What the page shows of each item: its points and, where they are asked for, need and wish."""
        return [
            {
                "points": self[f"points-{item.code}"],
                "words": [self[f"{name}-{item.code}"] for name in ("need", "wish")] if self.tool.asks_words else [],
            }
            for item in self.tool.items
        ]

    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers as the action takes them."""
        return {
            item.code: {
                name: self.cleaned_data[f"{name}-{item.code}"]
                for name in ("points", "need", "wish")
                if f"{name}-{item.code}" in self.cleaned_data
            }
            for item in self.tool.items
        }
