"""Forms of API clients and webhooks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.api.scopes import SCOPES
from partnership.audit_trail.purposes import Purpose
from partnership.events.registry import text_of, webhook_events
from partnership.integrations.scopes import grantable
from partnership.members.models import Partner


class ScopesForm(forms.Form):
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Give it no more than it needs."),
    )

    default_purpose = forms.ChoiceField(
        label=_("Reads for"),
        choices=[choice for choice in Purpose.choices if choice[0] != Purpose.OTHER],
        initial=Purpose.CASEWORK,
        help_text=_("Stands in the log of reads where a request does not say it (header Read-Purpose)."),
    )

    networks = forms.CharField(
        label=_("Networks from which it may call"),
        required=False,
        help_text=_("Divided by commas, such as 198.51.100.0/24. Empty: from everywhere."),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, f"{SCOPES[scope]} ({scope})") for scope in grantable(partner)]  # type: ignore[attr-defined]

    def clean_networks(self) -> list[str]:
        """One by one."""
        return [text for text in self.cleaned_data["networks"].replace(",", " ").split() if text]


class KeysForm(forms.Form):
    keys = forms.CharField(
        label=_("Public keys"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("A JWK set (RFC 7517), public keys alone: the private key never leaves your system."),
    )
    keys_url = forms.URLField(
        label=_("Or the address at which they are"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Read each hour, so that you can change keys without telling anybody."),
    )


class ClientForm(ScopesForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Which system it is: it stands in the log of reads beside what it read."),
    )
    field_order = ["name", "scopes", "default_purpose", "networks"]


class WebhookForm(forms.Form):
    url = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https",
        help_text=_("Begins with https and answers on the public internet."),
    )  # fmt: skip
    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)
    is_active = forms.BooleanField(
        label=_("Active"), required=False, help_text=_("Without the mark it is told nothing.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(event, text_of(event)) for event in webhook_events()]  # type: ignore[attr-defined]
