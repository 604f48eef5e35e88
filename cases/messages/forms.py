"""The form on which somebody's wish about contact is written down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.messages.models import ContactWish
from cases.people.models import Person
from partnership.events import sms
from partnership.events.models import Letter


class ContactForm(forms.Form):
    """Whether and how the person wants to be reminded of appointments."""

    channel = forms.ChoiceField(
        label=_("Reminders of appointments"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Ask the person. A reminder says when, and who to call. Nothing else."),
    )
    address = forms.CharField(
        label=_("Email address or phone number"),
        required=False,
        max_length=254,
        help_text=_("Only one that nobody else reads."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    never = forms.BooleanField(
        label=_("Do not contact"), required=False, help_text=_("The person is never reminded, whatever else is chosen.")
    )
    not_guardian = forms.BooleanField(
        label=_("Do not tell the guardian"),
        required=False,
        help_text=_("No reminders and no card for My page: both can be found at home. A card that there is ends."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("No reminders")), (Letter.Channel.EMAIL.value, Letter.Channel.EMAIL.label)]
        if sms.is_available():
            choices.append((Letter.Channel.SMS.value, Letter.Channel.SMS.label))
        self.fields["channel"].choices = choices  # type: ignore[attr-defined]
        if not person.is_minor:
            del self.fields["not_guardian"]

    @staticmethod
    def of(person: Person, wish: ContactWish | None, language: str) -> dict[str, Any]:
        """What the form begins with: what is written down; else the person's own phone."""
        if wish is None:
            return {"address": person.phone or person.email or "", "language": language, "channel": ""}
        names = ("channel", "address", "language", "never", "not_guardian")
        return {name: getattr(wish, name) for name in names}
