"""Forms of anchor teams: a case, screening, guardian, consent to the exchange, meeting, guidance, the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.consents.models import Consent
from partnership.members.models import Partner
from partnership.pages.form_fields import DateInput, offer_days
from referrals.anchor.actions import MEMBER_KINDS, AgreedStep
from referrals.anchor.models import (
    AnchorCase,
    AnchorCheck,
    AnchorGuidance,
    AnchorMeeting,
    AnchorSeat,
    Profession,
    WhyNot,
)
from referrals.handover.models import Referral

ON_PAPER_OR_SPOKEN = [(how, label) for how, label in Consent.Signed.choices if how != Consent.Signed.SCREEN]
"""How the consent is given: the page has no pad to sign on."""
STEPS_AT_ONCE = 4
"""So many steps a meeting's form takes."""
NO_CHOICE = [("", "—")]


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # Django's takes none when it runs
    """A seat in a team, called after its team."""

    def label_from_instance(self, seat: Any) -> str:
        return str(seat.team)


class SeatsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # Django's takes none when it runs
    """Seats of members, called after profession and organisation."""

    def label_from_instance(self, seat: Any) -> str:
        return f"{seat.get_profession_display()} · {seat.to_partner.name}"


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=100)


class OfferSeatForm(forms.Form):
    """Which organisation joins a team, in which profession."""

    to_partner = forms.ModelChoiceField(label=_("Organisation"), queryset=Partner.objects.none())
    profession = forms.ChoiceField(label=_("Profession"), choices=Profession.choices)

    def __init__(self, *args: Any, seats: Sequence[AnchorSeat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = [seat.to_partner_id for seat in seats]
        choices = Partner.objects.filter(kind__in=MEMBER_KINDS, is_active=True).exclude(pk__in=members)
        self.fields["to_partner"].queryset = choices  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    """From whom the concern came, and about what."""

    seat = SeatChoice(label=_("Team"), queryset=AnchorSeat.objects.none(), empty_label=None)
    source = forms.ChoiceField(label=_("From whom"), choices=AnchorCase.Source.choices)
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), choices=AnchorCase.Reason.choices, widget=forms.CheckboxSelectMultiple
    )
    received_on = forms.DateField(label=_("Received on"), widget=DateInput(), initial=timezone.localdate)

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = AnchorSeat.objects.filter(to_partner=partner, ended_on=None).select_related("team")
        self.fields["seat"].queryset = seats  # type: ignore[attr-defined]
        offer_days(self.fields["received_on"], 0, -1)


class ScreenForm(forms.Form):
    screening = forms.ChoiceField(
        label=_("Does the team take the case?"), choices=AnchorCase.Screening.choices, widget=forms.RadioSelect
    )


class GuardianForm(forms.Form):
    """Who the guardian is, and whether they know."""

    name = forms.CharField(label=_("Name of the guardian"), max_length=200, required=False)
    told = forms.ChoiceField(label=_("Was the guardian told?"), choices=AnchorCase.Told.choices)
    why = forms.ChoiceField(label=_("If not, why"), choices=[*NO_CHOICE, *WhyNot.choices], required=False)


class ExchangeForm(forms.Form):
    """With whom the case is shared, and the young person's consent to just that."""

    seats = SeatsChoice(label=_("Share with"), queryset=AnchorSeat.objects.none(), widget=forms.CheckboxSelectMultiple)
    signed_on = forms.DateField(label=_("The person signed on"), widget=DateInput())
    signed_how = forms.ChoiceField(label=_("Signed how"), choices=ON_PAPER_OR_SPOKEN)
    witness = forms.CharField(
        label=_("Witness"), max_length=200, required=False, help_text=_("Spoken: who heard the person consent.")
    )
    expires_on = forms.DateField(label=_("The consent is valid until"), widget=DateInput())
    told_right_to_withdraw = forms.BooleanField(label=_("The right to withdraw was explained"))
    guardian_name = forms.CharField(label=_("Guardian who consented"), max_length=200, required=False)
    alone = forms.ChoiceField(
        label=_("Or why no guardian decides"), choices=[*NO_CHOICE, *WhyNot.choices], required=False
    )

    def __init__(self, *args: Any, seats: Sequence[AnchorSeat], may_be_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {"signed_on": today, "expires_on": today + timedelta(days=180)}
        known = AnchorSeat.objects.filter(pk__in=[seat.pk for seat in seats]).select_related("to_partner")
        self.fields["seats"].queryset = known  # type: ignore[attr-defined]
        if not may_be_minor:
            del self.fields["guardian_name"], self.fields["alone"]


class MeetingForm(forms.Form):
    """When the team met, who was there, and a few steps; more are recorded with the next meeting."""

    held_on = forms.DateField(label=_("Held on"), widget=DateInput(), initial=timezone.localdate)
    present = forms.MultipleChoiceField(
        label=_("Present"), choices=AnchorMeeting.Present.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, partners: Sequence[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partners = {str(partner.pk): partner for partner in partners}
        for number in range(1, STEPS_AT_ONCE + 1):
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("Step %(n)s") % {"n": number}, max_length=500, required=False
            )
            self.fields[f"partner_{number}"] = forms.ChoiceField(
                label=_("Who does it"), choices=[(key, one.name) for key, one in self.partners.items()], required=False
            )
            self.fields[f"due_on_{number}"] = forms.DateField(label=_("By"), widget=DateInput(), required=False)

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each step."""
        names = ("text", "partner", "due_on")
        return [[self[f"{name}_{number}"] for name in names] for number in range(1, STEPS_AT_ONCE + 1)]

    def clean(self) -> dict[str, Any]:
        """Who does it is asked of each step that is named."""
        data: dict[str, Any] = super().clean() or {}
        for number in range(1, STEPS_AT_ONCE + 1):
            if data.get(f"text_{number}") and not data.get(f"partner_{number}"):
                self.add_error(f"partner_{number}", ValidationError(_("Say who does it.")))
        return data

    def steps(self) -> list[AgreedStep]:
        """Of a valid form, the steps that are named."""
        data = self.cleaned_data
        return [
            AgreedStep(data[f"text_{n}"], self.partners[data[f"partner_{n}"]], data[f"due_on_{n}"])
            for n in range(1, STEPS_AT_ONCE + 1)
            if data[f"text_{n}"]
        ]


class ReferralChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # Django's takes none when it runs
    """A referral, called after where it went."""

    def label_from_instance(self, referral: Any) -> str:
        return f"{referral.pk} · {referral.programme.local_name}, {referral.to_partner.name}"


class GuidanceForm(forms.Form):
    """To a referral that was sent, or to a service outside the portal."""

    kind = forms.ChoiceField(label=_("To what"), choices=AnchorGuidance.Kind.choices)
    referral = ReferralChoice(
        label=_("Which referral"),
        queryset=Referral.objects.none(),
        required=False,
        help_text=_("Send the referral first: then it is in this list."),
    )

    def __init__(self, *args: Any, referrals: Sequence[Referral], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if referrals:
            known = Referral.objects.filter(pk__in=[referral.pk for referral in referrals])
            self.fields["referral"].queryset = known.select_related("programme", "to_partner")  # type: ignore[attr-defined]
        else:
            del self.fields["referral"]
            others = [choice for choice in AnchorGuidance.Kind.choices if choice[0] != AnchorGuidance.Kind.REFERRAL]
            self.fields["kind"].choices = others  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How did it end?"), choices=AnchorCase.Outcome.choices, widget=forms.RadioSelect
    )


class LookForm(forms.Form):
    result = forms.ChoiceField(
        label=_("What did you see?"), choices=AnchorCheck.Result.choices, widget=forms.RadioSelect
    )


class VisitForm(forms.Form):
    visit = forms.ChoiceField(label=_("Did they come the first time?"), choices=AnchorGuidance.Visit.choices)
