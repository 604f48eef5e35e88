"""Forms of the first appointment and of a concern."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.messages.actions import deliveries
from partnership.pages.form_fields import DateInput
from referrals.first_appointments.actions import EXPECTING_STATES, Concern
from referrals.first_appointments.models import FirstAnswer, FirstAppointment
from referrals.handover.models import Referral


class AppointmentForm(forms.Form):
    """When and where the person is expected first."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Place"), max_length=120, required=False)

    def terms(self) -> dict[str, Any]:
        """Day and time as one moment of local time."""
        data = self.cleaned_data
        return {"starts_at": timezone.make_aware(datetime.combine(data["day"], data["time"])), "place": data["place"]}


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Did the person come?"), choices=FirstAppointment.Outcome.choices)
    why_missed = forms.ChoiceField(
        label=_("If not, why"), choices=[("", "—"), *FirstAppointment.Why.choices], required=False
    )


class ConcernForm(forms.Form):
    concern = forms.ChoiceField(label=_("What it is about"), choices=Concern.choices)
    text = forms.CharField(
        label=_("In your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the sender must know, and nothing of the treatment. In an emergency call 112 first."),
    )


def first_appointment_of(referral: Referral, *, is_receiver: bool) -> dict[str, Any]:
    """What the referral's page shows of it; forms are the receiver's, while it expects the person."""
    appointment = FirstAppointment.objects.filter(referral=referral).first()
    context: dict[str, Any] = {"appointment": appointment}
    if appointment:
        said = FirstAnswer.objects.filter(referral=referral, starts_at=appointment.starts_at).first()
        context["said"] = said
        context["reminded"] = deliveries("first_appointment", [appointment.pk]).get(appointment.pk)
    if is_receiver and referral.state in EXPECTING_STATES and referral.is_covered:
        if appointment and not appointment.outcome and appointment.starts_at <= timezone.now():
            context["outcome_form"] = OutcomeForm(prefix="outcome")
        else:
            context["appointment_form"] = AppointmentForm(prefix="appointment")
        context["concern_form"] = ConcernForm(prefix="concern")
    return context
