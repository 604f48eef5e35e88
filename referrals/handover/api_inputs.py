"""What the API of referrals takes: the bodies of its requests, checked."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from rest_framework import serializers

from cases.consents import papers
from cases.consents.models import Consent
from cases.custody.models import Condition as LicenceCondition
from cases.custody.models import Naloxone
from cases.people.models import Person
from partnership.api.references import WithReference
from partnership.api.serializers import InPast, Strict
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions.models import Condition, DiversionAgreement
from referrals.first_appointments.actions import Concern
from referrals.first_appointments.models import FirstAppointment
from referrals.handover.transitions import REASONS

UNFIT = "Why a programme that takes exceptions is to take somebody of another age, district or language."


class NeedsInput(Strict):
    needs_interpreter = serializers.BooleanField(default=False)
    access = serializers.CharField(max_length=300, default="", allow_blank=True, help_text="What helps to come.")
    staff_risk = serializers.CharField(max_length=300, default="", allow_blank=True)
    safe_contact = serializers.CharField(max_length=300, default="", allow_blank=True)
    never_contact = serializers.CharField(max_length=300, default="", allow_blank=True)


class DraftInput(WithReference):
    unfit_reason = serializers.CharField(max_length=500, default="", allow_blank=True, help_text=UNFIT)
    needs = NeedsInput(default=dict)
    kind = serializers.ChoiceField(choices=ReferralKind.choices)
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.select_related("partner"))
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    summary = serializers.CharField(max_length=4000, default="", allow_blank=True)
    language = serializers.CharField(max_length=40, default="", allow_blank=True)
    is_urgent = serializers.BooleanField(default=False)


class ChangedDraftInput(Strict):
    unfit_reason = serializers.CharField(max_length=500, default="", allow_blank=True, help_text=UNFIT)
    needs = NeedsInput(default=dict)
    kind = serializers.ChoiceField(choices=ReferralKind.choices)
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.select_related("partner"))
    summary = serializers.CharField(max_length=4000, default="", allow_blank=True)
    language = serializers.CharField(max_length=40, default="", allow_blank=True)
    is_urgent = serializers.BooleanField(default=False)


class ConsentInput(Strict):
    scope = serializers.ChoiceField(choices=Consent.Scope.choices, default=Consent.Scope.IDENTITY_AND_SITUATION)
    purpose = serializers.CharField(max_length=200)
    reports_back = serializers.BooleanField(default=True)
    expires_on = serializers.DateField(default=None, allow_null=True)
    expires_event = serializers.CharField(max_length=200, default="", allow_blank=True)
    signed_on = InPast()
    signed_how = serializers.ChoiceField(choices=Consent.Signed.choices)
    signature = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="Signed on the screen: the picture, a PNG as `data:image/png;base64,…`.",
    )
    witness = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Spoken: who heard the person consent."
    )
    told_right_to_withdraw = serializers.BooleanField()
    guardian_name = serializers.CharField(max_length=200, default="", allow_blank=True)
    guardian_missing_reason = serializers.CharField(max_length=200, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The signature as recording a consent takes it."""
        signature = attrs.pop("signature")
        return attrs | {"paper": papers.from_data_url(signature) if signature else b""}


class EventInput(Strict):
    event_on = InPast()


class AcceptInput(Strict):
    person = serializers.PrimaryKeyRelatedField(
        queryset=Person.objects.all(),
        default=None,
        allow_null=True,
        help_text="An own person; empty: found by code, or made.",
    )
    started_on = serializers.DateField(default=None, allow_null=True, help_text="Enrols at once, from that day.")
    measurement_consent = serializers.BooleanField(default=False)


class FirstAppointmentInput(Strict):
    starts_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=120, default="", allow_blank=True)


class AppointmentOutcomeInput(Strict):
    outcome = serializers.ChoiceField(choices=FirstAppointment.Outcome.choices)
    why_missed = serializers.ChoiceField(
        choices=FirstAppointment.Why.choices, default="", allow_blank=True, help_text="Required with `missed`."
    )


class ConcernInput(Strict):
    concern = serializers.ChoiceField(choices=Concern.choices)
    text = serializers.CharField(max_length=2000, default="", allow_blank=True)


class ReleaseInput(Strict):
    planned_on = serializers.DateField()
    conditions = serializers.ListField(
        child=serializers.ChoiceField(choices=LicenceCondition.choices), max_length=20, default=list
    )
    conditions_note = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Read before the receiver has answered: no name in it."
    )


class ReleasedInput(Strict):
    released_at = serializers.DateTimeField()
    naloxone = serializers.ChoiceField(choices=Naloxone.choices, default=Naloxone.UNKNOWN)


class WaitlistInput(Strict):
    expected_on = serializers.DateField(help_text="When a place is expected.")


def _reasons(verb: str) -> list[tuple[str, str | Promise]]:
    return [(code, reason.label) for code, reason in REASONS.items() if verb in reason.verbs]


class DeclineInput(Strict):
    reason = serializers.ChoiceField(choices=_reasons("decline"))
    note = serializers.CharField(max_length=4000, default="", allow_blank=True, help_text="Sent as a message.")


class WithdrawInput(Strict):
    reason = serializers.ChoiceField(choices=_reasons("withdraw"))
    note = serializers.CharField(max_length=4000, default="", allow_blank=True, help_text="Sent as a message.")


class EnrolInput(Strict):
    started_on = serializers.DateField()
    measurement_consent = serializers.BooleanField(default=False)


class CompleteInput(Strict):
    ended_on = serializers.DateField()


class EndEarlyInput(Strict):
    reason = serializers.ChoiceField(choices=_reasons("end_early"))
    ended_on = serializers.DateField()
    note = serializers.CharField(max_length=4000, default="", allow_blank=True, help_text="Sent as a message.")


class ReferOnInput(Strict):
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.select_related("partner"))


class MessageInput(Strict):
    text = serializers.CharField(max_length=4000)


class ConditionInput(Strict):
    kind = serializers.ChoiceField(choices=Condition.Kind.choices)
    detail = serializers.CharField(max_length=500, default="", allow_blank=True)
    target = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class TermsInput(Strict):
    offence = serializers.CharField(max_length=6, default="", allow_blank=True, help_text="Its ICCS 1.0 code.")
    is_first_time = serializers.BooleanField(
        default=None, allow_null=True, help_text="Whether it is the person's first offence, as far as is known."
    )
    talk_on = InPast(
        default=None,
        allow_null=True,
        help_text="From 15 to 17, the first time: when the talk with a guardian or social worker was held.",
    )
    talk_with = serializers.ChoiceField(choices=DiversionAgreement.TalkWith.choices, default="", allow_blank=True)
    deadline = serializers.DateField()
    conditions = ConditionInput(many=True)
