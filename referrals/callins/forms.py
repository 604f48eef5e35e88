"""Forms of call-ins: where and when, whom to invite, who came, what is offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.members.models import District, Partner
from partnership.pages.form_fields import DateInput
from programs.catalogue.models import Programme
from referrals.callins.actions import HOLDING_KINDS
from referrals.callins.models import CallIn, Invitee


class CallInForm(forms.Form):
    to_partner = forms.ModelChoiceField(label=_("Service"), queryset=Partner.objects.none())
    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.all())
    day = forms.DateField(label=_("Day"), widget=DateInput())
    time = forms.TimeField(
        label=_("Time"), initial="18:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label=_("Place"), max_length=120)
    speakers = forms.CharField(
        label=_("Who speaks"),
        max_length=300,
        required=False,
        help_text=_("Police, the service, somebody of the neighbourhood."),
    )

    def __init__(self, *args: Any, call_in: CallIn | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if call_in:
            del self.fields["to_partner"]
            local = timezone.localtime(call_in.at)
            names = ("district", "place", "speakers")
            self.initial = {name: getattr(call_in, name) for name in names} | {
                "day": local.date(),
                "time": local.time(),
            }
        else:
            services = Partner.objects.filter(kind__in=HOLDING_KINDS, is_active=True)
            self.fields["to_partner"].queryset = services  # type: ignore[attr-defined]

    def terms(self) -> dict[str, Any]:
        """What the action takes: day and time as one moment of local time."""
        terms = dict(self.cleaned_data)
        at = timezone.make_aware(datetime.combine(terms.pop("day"), terms.pop("time")))
        return terms | {"at": at}


class InviteForm(forms.Form):
    call_in = forms.ModelChoiceField(label=_("Call-in"), queryset=CallIn.objects.none())

    def __init__(self, *args: Any, unit: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to_come = CallIn.objects.filter(from_partner=unit, at__gt=timezone.now()).order_by("at")
        self.fields["call_in"].queryset = to_come  # type: ignore[attr-defined]
        self.fields["call_in"].label_from_instance = lambda one: f"{one}, {one.place}"  # type: ignore[attr-defined]


class InviteeForm(forms.Form):
    came = forms.ChoiceField(label=_("Came"), choices=[("", "–"), *Invitee.Came.choices], required=False)
    suspended_until = forms.DateField(label=_("Case rests until"), widget=DateInput(), required=False)


class OfferForm(forms.Form):
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())

    def __init__(self, *args: Any, service: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Programme.objects.offered().filter(partner=service).order_by("name")
        self.fields["programme"].queryset = offered  # type: ignore[attr-defined]
