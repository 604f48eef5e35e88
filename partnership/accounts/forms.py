"""Forms of administrators: a new address, the first manager of a partner."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.members.models import ROLES_BY_KIND, Partner, Role


class AddressForm(forms.Form):
    address = forms.EmailField(
        label=_("New email address"), help_text=_("The person confirms it before they can sign in with it.")
    )


class FirstManagerForm(forms.Form):
    email = forms.EmailField(label=_("Email of the first manager"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role for role in ROLES_BY_KIND[partner.kind] if role != Role.AUDITOR]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
