"""Forms of a partner's own sign-in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import ROLES_BY_KIND, Partner, Role
from partnership.own_sign_in.models import SignInProvider
from partnership.pages.form_fields import ModelForm


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Your email address at work"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ProviderForm(ModelForm[SignInProvider]):
    issuer = forms.URLField(
        label=_("Address of the provider"),
        max_length=300,
        assume_scheme="https",
        help_text=_("As your provider names itself: below it stands /.well-known/openid-configuration."),
    )
    domains = forms.CharField(
        label=_("Email domains"),
        max_length=1000,
        help_text=_("Divided by commas: who has an address in them can sign in there."),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Made by your provider. Empty: the one of before stays."),
    )

    class Meta:
        model = SignInProvider
        fields = [
            "issuer", "client_id", "client_secret", "domains", "default_role", "asks_second_factor", "passwords_work",
        ]  # fmt: skip

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["domains"] = ", ".join(self.instance.domains or [])
        self.initial.pop("client_secret", None)
        roles = [role for role in ROLES_BY_KIND[partner.kind] if role != Role.AUDITOR]
        self.fields["default_role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]

    def clean_domains(self) -> list[str]:
        """One by one."""
        return [text for text in self.cleaned_data["domains"].replace(",", " ").split() if text]

    def _post_clean(self) -> None:
        """The action looks at the values, and is asked with them: the form makes no record."""
