"""Forms of care teams: taking a partner in with the person's consent, and writing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from cases.team.actions import CARE_KINDS
from cases.team.models import TeamItem, TeamMember
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput

ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]
"""How the consent is given: the page has no pad to sign on."""


class MemberForm(forms.Form):
    """Who joins, in which part, and the person's consent to just that."""

    to_partner = forms.ModelChoiceField(label=_("Organisation"), queryset=Partner.objects.none())
    part = forms.ChoiceField(label=_("Part in the team"), choices=TeamMember.Part.choices)
    signed_on = forms.DateField(label=_("The person signed on"), widget=DateInput())
    signed_how = forms.ChoiceField(label=_("Signed how"), choices=ON_PAPER_OR_SPOKEN)
    witness = forms.CharField(
        label=_("Witness"), max_length=200, required=False, help_text=_("Spoken: who heard the person consent.")
    )
    expires_on = forms.DateField(label=_("The consent is valid until"), widget=DateInput())
    told_right_to_withdraw = forms.BooleanField(label=_("The right to withdraw was explained"))
    guardian_name = forms.CharField(label=_("Guardian who consented"), max_length=200, required=False)
    guardian_missing_reason = forms.CharField(
        label=_("Why a guardian's consent is missing"), max_length=200, required=False
    )

    def __init__(self, *args: Any, lead: Partner, is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {"signed_on": today, "expires_on": today + timedelta(days=180)}
        choices = Partner.objects.filter(kind__in=CARE_KINDS, is_active=True).exclude(pk=lead.pk)
        self.fields["to_partner"].queryset = choices  # type: ignore[attr-defined]
        if not is_minor:
            del self.fields["guardian_name"], self.fields["guardian_missing_reason"]


class WriteForm(forms.Form):
    """A task or a message; the lead says to whom."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[(kind, kind.label) for kind in (TeamItem.Kind.MESSAGE, TeamItem.Kind.TASK)]
    )
    text = forms.CharField(label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    due_on = forms.DateField(label=_("By"), widget=DateInput(), required=False, help_text=_("Of a task."))
    to = forms.TypedMultipleChoiceField(label=_("To"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, members: Iterable[TeamMember] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(member.pk, member.to_partner.name) for member in members]  # type: ignore[attr-defined]
        self.initial.setdefault("to", [member.pk for member in members])
        if not members:
            del self.fields["to"]
