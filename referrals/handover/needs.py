"""What the receiver must know to meet somebody: whether it needs an interpreter, what helps or hinders, how to make contact safely."""

from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _


class Needs(TypedDict, total=False):
    """As a draft takes them. The first three go with the question, the contact with who it is."""

    needs_interpreter: bool
    access: str
    staff_risk: str
    safe_contact: str
    never_contact: str


TO_ANSWER = ("needs_interpreter", "access", "staff_risk")
TO_CONTACT = ("safe_contact", "never_contact")


def of_names(needs: Needs, names: tuple[str, ...]) -> dict[str, Any]:
    """Those needs that stand under these names."""
    return {name: value for name, value in needs.items() if name in names}


class NeedsForm(forms.Form):
    """Each may stay empty."""

    needs_interpreter = forms.BooleanField(label=_("Needs an interpreter"), required=False)
    access = forms.CharField(
        label=_("What helps the person to come"),
        required=False,
        max_length=300,
        help_text=_("As a place without stairs, or somebody who comes along. No names."),
    )
    staff_risk = forms.CharField(
        label=_("A risk to those who meet the person"),
        required=False,
        max_length=300,
        help_text=_("What you know and have seen. No names."),
    )
    safe_contact = forms.CharField(
        label=_("How to make contact safely"),
        required=False,
        max_length=300,
        help_text=_("The receiver sees it with the name, once it has said yes."),
    )
    never_contact = forms.CharField(
        label=_("How or when not"),
        required=False,
        max_length=300,
        help_text=_("As never by letter, or not while somebody is at home."),
    )
