"""Forms of tips: telling something, finding the answer, answering; and the filters of the list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District
from programs.notices.recognising import Hint, hints_in
from programs.tips.models import MOST_LETTERS, Tip


class TipForm(forms.Form):
    """What somebody tells. Where the words look as if they showed who somebody is, they are asked once more before they go."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=[("", "–"), *Tip.Kind.choices])
    district = forms.ModelChoiceField(
        label=_("Where? You can leave this out."),
        queryset=District.objects.all(),
        required=False,
        empty_label=_("I'd rather not say"),
    )
    text = forms.CharField(
        label=_("What do you want to tell?"), max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": 8})
    )
    is_meant = forms.BooleanField(label=_("Send it as it is"), required=False)

    hints: list[Hint]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = []
        self.fields["district"].label_from_instance = lambda district: district.local_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Words that name somebody go only when the sender says so."""
        cleaned_data = super().clean() or {}
        if not cleaned_data.get("is_meant"):
            self.hints = hints_in(cleaned_data.get("text", ""))
            if self.hints:
                self.add_error(
                    "text", _("This may show who somebody is. Take it out, or tick below to send it as it is.")
                )
        return cleaned_data


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Your code"), max_length=40)


class AnswerForm(forms.Form):
    """What the sender reads."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Whoever has the code reads it. Name nobody, and don't ask who they are."),
    )


class TipFilter(filters.FilterSet):  # type: ignore[misc] # the library has no types
    state = filters.ChoiceFilter(
        label=_("State"), choices=Tip.State.choices, empty_label=_("All states"), method="by_state"
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Tip.Kind.choices, empty_label=_("All kinds"))

    class Meta:
        model = Tip
        fields: list[str] = []

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        is_removed = {"removed_on__isnull": value != Tip.State.REMOVED}
        if value == Tip.State.NEW:
            return queryset.filter(**is_removed, answered_on=None, read_on=None)
        if value == Tip.State.READ:
            return queryset.filter(**is_removed, answered_on=None, read_on__isnull=False)
        if value == Tip.State.ANSWERED:
            return queryset.filter(**is_removed, answered_on__isnull=False)
        return queryset.filter(**is_removed)
