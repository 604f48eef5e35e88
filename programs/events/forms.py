"""Forms of events and promises."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, ModelForm
from programs.events.models import GROUPS, CommunityEvent, EventPromise


class EventForm(ModelForm[CommunityEvent]):
    class Meta:
        model = CommunityEvent
        fields = ["kind", "title", "starts_at", "place", "district", "hosts", "is_open"]
        widgets = {
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "hosts": forms.CheckboxSelectMultiple(),
        }

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Partner.objects.filter(is_active=True).exclude(pk=partner.pk).order_by("name")
        self.fields["hosts"].queryset = others  # type: ignore[attr-defined]


class MinutesForm(ModelForm[CommunityEvent]):
    class Meta:
        model = CommunityEvent
        fields = ["minutes", *GROUPS]
        widgets = {"minutes": forms.Textarea(attrs={"rows": 8})}


class CancelForm(forms.Form):
    because = forms.CharField(label=_("Why?"), max_length=CommunityEvent._meta.get_field("cancelled_why").max_length)


class PromiseForm(ModelForm[EventPromise]):
    class Meta:
        model = EventPromise
        fields = ["what", "promised_by", "due_on", "is_public"]
        widgets = {"due_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Partner.objects.filter(is_active=True).order_by("name")
        self.fields["promised_by"].queryset = active  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    kept = forms.TypedChoiceField(
        label=_("Was it kept?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        empty_value=None,
    )
    outcome = forms.CharField(
        label=_("What came of it"), max_length=300, help_text=_("If it is public, residents read this.")
    )
