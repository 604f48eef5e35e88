"""Forms of partners, members, invitations and the user's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from partnership.members.models import ROLES_BY_KIND, Partner, Role, User
from partnership.pages.form_fields import ModelForm


class ProfileForm(ModelForm[User]):
    class Meta:
        model = User
        fields = ["full_name", "language", "email_choice"]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("The invitation is sent there and works for that address only.")
    )
    role = forms.ChoiceField(label=_("Role"))
    is_manager = forms.BooleanField(label=_("Manages the partner's members"), required=False)

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in ROLES_BY_KIND[partner.kind]]  # type: ignore[attr-defined]


class MemberForm(InviteForm):
    """Changes a member: the same choices without the address, and whether the membership goes on."""

    email = None  # type: ignore[assignment]
    is_active = forms.BooleanField(
        label=_("Active"), required=False, help_text=_("Without the mark the member can no longer act for the partner.")
    )


class AcceptForm(forms.Form):
    """For somebody new: who they are, and a password."""

    full_name = forms.CharField(label=_("Your name"), max_length=150)
    password = forms.CharField(
        label=_("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class PartnerForm(ModelForm[Partner]):
    manager_email = forms.EmailField(
        label=_("E-mail of the first manager"), help_text=_("Is invited to set up the partner's members.")
    )
    manager_role = forms.ChoiceField(label=_("Role of the first manager"), choices=Role.choices)

    class Meta:
        model = Partner
        fields = ["name", "kind", "districts", "phone", "email"]
        widgets = {"districts": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, role = data.get("kind"), data.get("manager_role")
        if kind and role and Role(role) not in ROLES_BY_KIND[kind]:
            self.add_error("manager_role", _("A partner of this kind has no members in that role."))
        return data
