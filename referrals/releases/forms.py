"""Forms of a prison: the planned day of a release with its conditions, and that it happened; and what a referral's page shows of both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.custody.forms import ReleasedForm
from cases.custody.models import Condition
from partnership.pages.form_fields import DateInput
from programs.catalogue.models import ReferralKind
from referrals.handover.models import Referral
from referrals.handover.transitions import OPEN_STATES, State
from referrals.releases.models import FirstContactTold, ReleaseNotice


class NoticeForm(forms.Form):
    planned_on = forms.DateField(label=_("Planned day of release"), widget=DateInput())
    conditions = forms.MultipleChoiceField(
        label=_("Licence conditions"), choices=Condition.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    conditions_note = forms.CharField(
        label=_("About the conditions"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The receiver reads it before it knows who it is about: no name here."),
    )

    @staticmethod
    def of(notice: ReleaseNotice | None) -> dict[str, Any]:
        names = ("planned_on", "conditions", "conditions_note")
        return {name: getattr(notice, name) for name in names} if notice else {}


def release_of(referral: Referral, *, is_sender: bool) -> dict[str, Any]:
    """What the referral's page shows of a release; forms are the sender's, while the referral goes on. No query for other kinds."""
    if referral.kind != ReferralKind.PRISON:
        return {}
    notice = ReleaseNotice.objects.filter(referral=referral).first()
    context: dict[str, Any] = {
        "has_release": True,
        "release_notice": notice,
        "first_contact": FirstContactTold.objects.filter(referral=referral).first(),
    }
    if is_sender and referral.state != State.DRAFT and referral.state in OPEN_STATES and referral.is_covered:
        context["notice_form"] = NoticeForm(prefix="notice", initial=NoticeForm.of(notice))
        context["released_form"] = ReleasedForm(prefix="released") if notice else None
    return context
