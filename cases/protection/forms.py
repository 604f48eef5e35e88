"""Forms of protection: the checklist, what is asked of the assistance system, the police, safe contact, and who is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.protection.hints import HINTS, Answer, by_group
from cases.protection.models import PROTECTING_ROLES, Form, ProtectedReferral, Screen
from partnership.members.models import Membership, Partner
from partnership.pages.form_fields import DateInput, offer_days

FORMS = [("", _("Not clear yet")), *Form.choices]
ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]


class ScreenForm(forms.Form):
    """The checklist: each hint with yes, no or not known; then what to do."""

    on = forms.DateField(label=_("Date"), widget=DateInput(), initial=timezone.localdate)
    danger_now = forms.BooleanField(
        label=_("In danger now"), required=False, help_text=_("Call 112 before you go on with this page.")
    )
    is_child = forms.BooleanField(label=_("Under 18, or may be"), required=False)
    form = forms.ChoiceField(label=_("What they may be made to do"), choices=FORMS, required=False)
    decision = forms.ChoiceField(
        label=_("What next"),
        choices=Screen.Decision.choices,
        widget=forms.RadioSelect,
        initial=Screen.Decision.ASK_MORE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["on"], 0, -1)
        for hint in HINTS:
            self.fields[f"hint_{hint.code}"] = forms.ChoiceField(
                label=str(hint.label), choices=Answer.choices, initial=Answer.UNKNOWN, widget=forms.RadioSelect
            )

    def groups(self) -> Iterator[tuple[str | Promise, list[forms.BoundField]]]:
        """The hints under their headings."""
        for heading, hints in by_group():
            yield heading, [self[f"hint_{hint.code}"] for hint in hints]

    def next_fields(self) -> list[forms.BoundField]:
        """The fields that are no hints."""
        return [field for field in self if not field.name.startswith("hint_")]

    def terms(self) -> dict[str, Any]:
        """What the action takes."""
        terms = {name: value for name, value in self.cleaned_data.items() if not name.startswith("hint_")}
        answers = {hint.code: self.cleaned_data[f"hint_{hint.code}"] for hint in HINTS}
        return terms | {"answers": answers}


class ConsultForm(forms.Form):
    sent_on = forms.DateField(label=_("Asked on"), widget=DateInput(), initial=timezone.localdate)
    form = forms.ChoiceField(label=_("What they may be made to do"), choices=FORMS, required=False)
    is_child = forms.BooleanField(label=_("Under 18, or may be"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self.fields["sent_on"], 0, -1)


class ReferForm(forms.Form):
    consented_on = forms.DateField(label=_("The person agreed on"), widget=DateInput(), initial=timezone.localdate)
    consented_how = forms.ChoiceField(label=_("How they agreed"), choices=ON_PAPER_OR_SPOKEN)
    police_may_know = forms.BooleanField(
        label=_("The person wants the police to know"),
        required=False,
        help_text=_("Ask. Help does not depend on it. Unless they say so, no police user sees any of it."),
    )
    welfare_notice_on = forms.DateField(label=_("Child welfare notice made on"), widget=DateInput(), required=False)
    representative = forms.ChoiceField(
        label=_("Who speaks for the child"),
        choices=[("", "–"), *ProtectedReferral.Representative.choices],
        required=False,
        help_text=_("A guardian may be the one who exploits the child."),
    )

    def __init__(self, *args: Any, is_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_child:
            del self.fields["welfare_notice_on"], self.fields["representative"]


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Answer"), choices=ProtectedReferral.Answered.choices)


class PoliceForm(forms.Form):
    to_partner = forms.ModelChoiceField(label=_("Police unit"), queryset=Partner.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Partner.objects.filter(kind=Partner.Kind.POLICE, is_active=True)
        self.fields["to_partner"].queryset = units  # type: ignore[attr-defined]


class SafeContactForm(forms.Form):
    how = forms.CharField(
        label=_("How"), max_length=500, help_text=_("For example: “Only at the day centre, in person.”")
    )
    when = forms.CharField(label=_("When"), max_length=500, required=False)
    never = forms.CharField(
        label=_("Never"),
        max_length=500,
        required=False,
        help_text=_("For example: “Never call. Never leave a message.”"),
    )


class MemberForm(forms.Form):
    membership = forms.ModelChoiceField(label=_("Member"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(partner=partner, is_active=True, role__in=PROTECTING_ROLES)
        field = self.fields["membership"]
        field.queryset = members.select_related("user").order_by("user__full_name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda member: member.user.full_name  # type: ignore[attr-defined]
