"""Forms of partners, members, agreements and the user's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from partnership.errors import Invalid, RuleError
from partnership.models import ROLES_BY_KIND, Agreement, Announcement, Partner, Role, User


class DateInput(forms.DateInput):
    """The browser's own date field; it sends and wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def refuse(form: forms.BaseForm, error: RuleError) -> None:
    """Shows a broken rule at the field that it is about, or above the form."""
    field = error.field if isinstance(error, Invalid) and error.field in form.fields else None
    form.add_error(field, str(error))


class ProfileForm(forms.ModelForm):
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
        password = self.cleaned_data["password"]
        validate_password(password)
        return password


class PartnerForm(forms.ModelForm):
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


class AgreementForm(forms.ModelForm):
    class Meta:
        model = Agreement
        fields = [
            "title",
            "parties",
            "purposes",
            "data_categories",
            "legal_basis",
            "valid_from",
            "valid_to",
            "days_to_acknowledge",
            "days_to_accept",
        ]
        widgets = {
            "parties": forms.CheckboxSelectMultiple,
            "valid_from": DateInput(),
            "valid_to": DateInput(),
            "purposes": forms.Textarea(attrs={"rows": 3}),
            "data_categories": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_parties(self) -> Any:
        parties = self.cleaned_data["parties"]
        if len(parties) < 2:
            raise forms.ValidationError(_("An agreement has two parties or more."))
        return parties


class AnnouncementForm(forms.ModelForm):
    class Meta:
        model = Announcement
        fields = ["title", "text", "shown_from", "shown_until"]
        widgets = {"shown_from": DateInput(), "shown_until": DateInput(), "text": forms.Textarea(attrs={"rows": 4})}
