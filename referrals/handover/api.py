"""Referrals with all their verbs, messages and history over the API, and their export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.consents.models import Consent
from partnership.api.export import ExportView
from partnership.api.referenced import ReferencedView
from partnership.api.serializers import OwnReference, Resource, Strict
from partnership.api.views import Flag, Number, Query
from partnership.isolation.acting import Acting
from partnership.members.api import PartnerBrief
from partnership.members.models import Role
from programs.catalogue.api import ProgrammeBrief
from programs.catalogue.models import ReferralKind
from referrals.consents import actions as consents
from referrals.diversions import actions as diversions
from referrals.first_appointments import actions as first_appointments
from referrals.first_appointments.models import FirstAppointment
from referrals.handover import actions as handover
from referrals.handover.api_inputs import (
    AcceptInput,
    AppointmentOutcomeInput,
    ChangedDraftInput,
    CompleteInput,
    ConcernInput,
    ConsentInput,
    DeclineInput,
    DraftInput,
    EndEarlyInput,
    EnrolInput,
    EventInput,
    FirstAppointmentInput,
    MessageInput,
    ReferOnInput,
    ReleasedInput,
    ReleaseInput,
    TermsInput,
    WaitlistInput,
    WithdrawInput,
)
from referrals.handover.models import Change, Disclosure, Message, Need, Referral, covered_until
from referrals.handover.transitions import (
    DIRECTIONS,
    FHIR_TASK_STATUS,
    FHIR_TASK_STATUS_CHOICES,
    REASONS,
    REOPEN,
    TRANSITIONS,
    State,
    parties_of,
    verbs_for,
)
from referrals.permissions import REFERRALS
from referrals.releases import actions as releases
from referrals.releases.models import FirstContactTold, ReleaseNotice

NOTICE = "This information may not be disclosed further without the person's consent."

REASON_CHOICES = [(code, reason.label) for code, reason in REASONS.items()]
VERB_CHOICES = [(verb, transition.label) for verb, transition in TRANSITIONS.items()]

# --- What is shown -----------------------------------------------------------------------------------------------------------


class ReferralSerializer(Resource):
    sees = REFERRALS
    logged_as = "referrals"
    external_reference = OwnReference("referral")
    fhir_task_status = serializers.SerializerMethodField(help_text="HL7 FHIR R4 Task.status")
    reason_code = serializers.ChoiceField(choices=REASON_CHOICES, allow_blank=True)
    person = serializers.SerializerMethodField(help_text="The caller's own record of the person, once there is one.")
    covered_until = serializers.SerializerMethodField(
        help_text="The last day on which consent and agreement cover the disclosure; null: no end is known, or it has ended."
    )
    verbs = serializers.SerializerMethodField(help_text="What the caller's partner can do next.")
    expandable = {
        "from_partner": ("from_partner", PartnerBrief, "from_partner"),
        "to_partner": ("to_partner", PartnerBrief, "to_partner"),
        "programme": ("programme", ProgrammeBrief, "programme"),
    }

    row_columns = (
        "id", "kind", "state", "from_partner_id", "to_partner_id", "programme_id", "person_id", "receiver_person_id",
        "is_urgent", "reason_code", "expected_on", "referred_on_from_id", "enrolment_id", "sent_at", "acknowledged_at",
        "answered_at", "enrolled_at", "closed_at", "due_acknowledge_at", "due_accept_at", "changed_at", "version",
        "covered_days", "changed_in",
    )  # fmt: skip

    class Meta:
        model = Referral
        fields = [
            "id", "kind", "state", "fhir_task_status", "verbs", "from_partner", "to_partner", "programme", "person",
            "is_urgent", "reason_code", "expected_on", "referred_on_from", "enrolment", "sent_at", "acknowledged_at",
            "answered_at", "enrolled_at", "closed_at", "due_acknowledge_at", "due_accept_at", "changed_at", "version",
            "covered_until", "external_reference",
        ]  # fmt: skip

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_covered_until(self, referral: Referral) -> date | None:
        return covered_until(referral.covered_days)

    @extend_schema_field(serializers.ChoiceField(choices=FHIR_TASK_STATUS_CHOICES))
    def get_fhir_task_status(self, referral: Referral) -> str:
        return FHIR_TASK_STATUS[State(referral.state)]

    @cached_property
    def mine(self) -> int:
        acting: Acting = self.context["request"]._request.acting
        return acting.partner.pk

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_person(self, referral: Referral) -> int | None:
        if referral.from_partner_id == self.mine:
            return referral.person_id
        return referral.receiver_person_id if referral.to_partner_id == self.mine else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=VERB_CHOICES)))
    def get_verbs(self, referral: Referral) -> list[str]:
        return verbs_for(referral.state, parties_of(referral.from_partner_id, referral.to_partner_id, self.mine))


class NeedSerializer(serializers.ModelSerializer[Need]):
    summary = serializers.CharField()
    unfit_reason = serializers.CharField(help_text="Why the person comes although the programme is for others.")
    access = serializers.CharField(help_text="What helps the person to come.")
    staff_risk = serializers.CharField(help_text="A risk to those who meet the person.")

    class Meta:
        model = Need
        fields = [
            "age_band", "sex", "district", "language", "summary", "unfit_reason", "needs_interpreter", "access", "staff_risk",
        ]  # fmt: skip


class DisclosureSerializer(serializers.ModelSerializer[Disclosure]):
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    identity_code = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    safe_contact = serializers.CharField()
    never_contact = serializers.CharField(help_text="How or when not to make contact.")
    notice = serializers.SerializerMethodField()

    class Meta:
        model = Disclosure
        fields = [
            "first_names", "last_name", "born_on", "identity_code", "phone", "email", "safe_contact", "never_contact",
            "notice",
        ]  # fmt: skip

    def get_notice(self, disclosure: Disclosure) -> str:
        return _(NOTICE)


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    witness = serializers.CharField(read_only=True, help_text="Of a spoken consent: who heard it.")
    is_in_force = serializers.BooleanField(source="is_valid", read_only=True)

    class Meta:
        model = Consent
        fields = [
            "id", "scope", "purpose", "reports_back", "expires_on", "expires_event", "signed_on", "signed_how",
            "witness", "told_right_to_withdraw", "recorded_at", "event_on", "withdrawn_at", "is_in_force",
        ]  # fmt: skip


class FirstAppointmentSerializer(serializers.ModelSerializer[FirstAppointment]):
    class Meta:
        model = FirstAppointment
        fields = ["starts_at", "place", "outcome", "why_missed", "changed_at"]


class ReleaseSerializer(serializers.ModelSerializer[ReleaseNotice]):
    conditions_note = serializers.CharField()
    first_contact_on = serializers.SerializerMethodField(
        help_text="When somebody met the person after the release, for the sender while the consent covers reporting back."
    )

    class Meta:
        model = ReleaseNotice
        fields = ["planned_on", "conditions", "conditions_note", "released_at", "naloxone", "first_contact_on"]

    def get_first_contact_on(self, notice: ReleaseNotice) -> date | None:
        return FirstContactTold.objects.filter(referral=notice.referral_id).values_list("on", flat=True).first()


class ReferralDetailSerializer(ReferralSerializer):
    disclosure = serializers.SerializerMethodField(
        help_text="Whom the referral is about, for its receiver from acceptance or the waiting list on; null before, when it is closed"
        " (declined, withdrawn, consent or agreement ended), and for who is no party."
    )
    need = serializers.SerializerMethodField(
        help_text="What the receiver sees to answer, and not who it is; null when it is closed, and for who is no party."
    )
    consent = serializers.SerializerMethodField()
    first_appointment = serializers.SerializerMethodField(
        help_text="For the receiver, and for the sender while the consent covers reporting back; null where none was offered."
    )
    release = serializers.SerializerMethodField(
        help_text="Of a referral of kind `prison`: the release, as the prison says it is; null where none was said."
    )

    class Meta(ReferralSerializer.Meta):
        fields = [*ReferralSerializer.Meta.fields, "need", "disclosure", "consent", "first_appointment", "release"]

    @extend_schema_field(NeedSerializer(allow_null=True))
    def get_need(self, referral: Referral) -> Any:
        need = Need.objects.filter(referral=referral).first()
        return NeedSerializer(need, context=self.context).data if need else None

    @extend_schema_field(DisclosureSerializer(allow_null=True))
    def get_disclosure(self, referral: Referral) -> Any:
        # The database shows it to the parties alone, to the receiver once it has taken the person on and while it is open.
        disclosure = Disclosure.objects.filter(referral=referral).first()
        return DisclosureSerializer(disclosure, context=self.context).data if disclosure else None

    @extend_schema_field(ConsentSerializer(allow_null=True))
    def get_consent(self, referral: Referral) -> Any:
        consent = Consent.objects.filter(pk=referral.consent_id).first() if referral.consent_id else None
        return ConsentSerializer(consent).data if consent else None

    @extend_schema_field(FirstAppointmentSerializer(allow_null=True))
    def get_first_appointment(self, referral: Referral) -> Any:
        appointment = FirstAppointment.objects.filter(referral=referral).first()
        return FirstAppointmentSerializer(appointment).data if appointment else None

    @extend_schema_field(ReleaseSerializer(allow_null=True))
    def get_release(self, referral: Referral) -> Any:
        is_from_custody = referral.kind == ReferralKind.PRISON
        notice = ReleaseNotice.objects.filter(referral=referral).first() if is_from_custody else None
        return ReleaseSerializer(notice).data if notice else None


class ChangeSerializer(Resource):
    verb = serializers.ChoiceField(choices=[*VERB_CHOICES, REOPEN])
    reason_code = serializers.ChoiceField(choices=REASON_CHOICES, allow_blank=True)

    class Meta:
        model = Change
        fields = ["id", "verb", "from_state", "to_state", "reason_code", "by_partner", "at"]


class MessageSerializer(Resource):
    text = serializers.CharField()

    class Meta:
        model = Message
        fields = ["id", "author_partner", "text", "at"]


class ReferralQuery(Query):
    direction = serializers.ChoiceField(choices=DIRECTIONS, required=False, help_text="Without it: both.")
    state = serializers.ChoiceField(choices=State.choices, required=False)
    kind = serializers.ChoiceField(choices=ReferralKind.choices, required=False)
    programme = Number()
    person = Number()
    is_urgent = Flag()


class PartQuery(Query):
    is_list = True


# --- Referrals ---------------------------------------------------------------------------------------------------------------


class ReferralView(ReferencedView):
    """Referrals that the caller's partner sent or received; for a coordinator all that were sent, without identity."""

    resource = "referrals"
    sees = REFERRALS
    does = {
        "create": handover.draft,
        "external_reference": handover.keep_reference,
        "update": handover.change_draft,
        "destroy": handover.discard,
        "consent": handover.attach_consent,
        "diversion": diversions.set_terms,
        "send": handover.send,
        "acknowledge": handover.acknowledge,
        "accept": handover.accept,
        "waitlist": handover.waitlist,
        "decline": handover.decline,
        "enrol": handover.enrol,
        "complete": handover.complete,
        "end_early": handover.end_early,
        "withdraw": handover.withdraw,
        "withdraw_consent": consents.withdraw_consent,
        "renew_consent": consents.renew_consent,
        "end_consent": consents.record_event,
        "refer_on": handover.refer_on,
        "write": handover.write_message,
        "appointment": first_appointments.offer_appointment,
        "appointment_outcome": first_appointments.record_appointment,
        "concern": first_appointments.tell_concern,
        "release": releases.say_release,
        "released": releases.say_released,
    }
    serializer_class = ReferralSerializer
    queries = {"list": ReferralQuery, "messages": PartQuery, "history": PartQuery}
    orders = ("-id", "id", "changed_at", "-changed_at")
    tombstones = ("referrals_referral",)
    is_personal = True

    def get_queryset(self) -> QuerySet[Referral]:
        return Referral.objects.seen_by(self.acting).order_by()

    def serializer_for_reading(self, action: str | None) -> type[Resource]:
        if action == "list":
            return ReferralSerializer
        return ReferralDetailSerializer if self.serializer_class is ReferralSerializer else self.serializer_class

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        filters = dict(parameters)
        direction, person = filters.pop("direction", None), filters.pop("person", None)
        mine = self.acting.partner
        if self.acting.role == Role.COORDINATOR:
            # It has no register, and learns of nobody by trying numbers.
            by_direction = {"outgoing": self.get_queryset()} if direction != "incoming" and person is None else {}
        else:
            # Each with an index of its own; who refers within the own house (self-referral) is in one of them.
            by_direction = {
                "outgoing": Referral.objects.outgoing(mine),
                "incoming": Referral.objects.incoming(mine).exclude(from_partner=F("to_partner")),
            }
            if person is not None:
                by_direction["outgoing"] = by_direction["outgoing"].filter(person=person)
                by_direction["incoming"] = by_direction["incoming"].filter(receiver_person=person)
        return [
            self.narrowed(queryset, filters) for name, queryset in by_direction.items() if direction in (None, name)
        ] or [Referral.objects.none()]

    def still_open(self, body: Any) -> Any:
        body = super().still_open(body)
        # Consent may have been withdrawn since the answer was kept: what is closed is not disclosed again.
        for name, model in (("need", Need), ("disclosure", Disclosure)):
            if isinstance(body, dict) and body.get(name) and not model.objects.filter(referral=body["id"]).exists():
                body[name] = None
        return body

    def referral(self, pk: int) -> Referral:
        referral = get_object_or_404(self.get_queryset(), pk=pk)
        self.check_door(referral)
        return referral

    def check_door(self, record: Any) -> None:
        if record.sent_at:  # a draft the team goes on with
            super().check_door(record)

    def unchanged_referral(self, pk: int) -> Referral:
        """A referral to which the caller's partner is a party, unchanged since the caller read it."""
        referral = self.referral(pk)
        self.check_unchanged(referral)
        return referral

    def answer_referral(self, referral: Referral, status: int = 200) -> Response:
        headers = (
            {"Location": self.request.build_absolute_uri(f"/api/v1/referrals/{referral.pk}")} if status == 201 else None
        )
        return self.answer(self.get_queryset().get(pk=referral.pk), status, headers)

    @extend_schema(responses={200: ReferralDetailSerializer})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A referral with the identity that it carries. The reading is logged."""
        return super().retrieve(request, *args, **kwargs)

    # Drafts

    @extend_schema(request=DraftInput, responses={201: ReferralDetailSerializer})
    def create(self, request: Request) -> Response:
        """Starts a draft about an own person. Only the sender sees it."""
        fields = self.checked_body(DraftInput)
        super().check_door(fields["person"])  # the draft's answer says who it is
        reference = fields.pop("external_reference", None)
        referral = handover.draft(by=self.acting, **fields)
        if reference:
            self.refer(referral, reference)
        return self.answer_referral(referral, 201)

    @extend_schema(request=ChangedDraftInput, responses={200: ReferralDetailSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes a draft. A consent that was given for another receiver does not carry over."""
        referral = self.unchanged_referral(pk)
        return self.answer_referral(
            handover.change_draft(by=self.acting, referral=referral, **self.checked_body(ChangedDraftInput))
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Deletes a draft. What was sent is withdrawn instead."""
        handover.discard(by=self.acting, referral=self.referral(pk))
        return Response(status=204)

    @extend_schema(request=ConsentInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["put"])
    def consent(self, request: Request, pk: int) -> Response:
        """Records the person's consent under which the draft will be sent; under 18 the guardian's belongs to it."""
        referral = self.unchanged_referral(pk)
        terms = self.checked_body(ConsentInput)
        handover.attach_consent(by=self.acting, referral=referral, **terms)
        return self.answer_referral(referral)

    @extend_schema(request=TermsInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["put"])
    def diversion(self, request: Request, pk: int) -> Response:
        """Sets deadline and conditions of the diversion agreement that the draft carries."""
        referral = self.unchanged_referral(pk)
        terms = self.checked_body(TermsInput)
        diversions.set_terms(
            by=self.acting,
            referral=referral,
            conditions=[dict(condition) for condition in terms.pop("conditions")],  # type: ignore[misc]
            **terms,
        )
        return self.answer_referral(referral)

    # Verbs

    def perform(
        self, request: Request, pk: int, verb: Callable[..., Referral], kind: type[Strict] | None = None
    ) -> Response:
        referral = self.unchanged_referral(pk)
        fields = self.checked_body(kind) if kind else {}
        return self.answer_referral(verb(by=self.acting, referral=referral, version=referral.version, **fields))

    @extend_schema(request=None, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: int) -> Response:
        """Asks the receiver, who sees `need` and not yet who it is. Needs an agreement in force and a valid consent."""
        return self.perform(request, pk, handover.send)

    @extend_schema(request=None, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Tells the sender that somebody has it in hand."""
        return self.perform(request, pk, handover.acknowledge)

    @extend_schema(request=AcceptInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Takes the person on, which opens `disclosure`; with a start date enrols at once."""
        return self.perform(request, pk, handover.accept, AcceptInput)

    @extend_schema(request=WaitlistInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def waitlist(self, request: Request, pk: int) -> Response:
        """Promises a place, which opens `disclosure`."""
        return self.perform(request, pk, handover.waitlist, WaitlistInput)

    @extend_schema(request=DeclineInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        """Declines with a coded reason. The disclosure is closed."""
        return self.perform(request, pk, handover.decline, DeclineInput)

    @extend_schema(request=EnrolInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def enrol(self, request: Request, pk: int) -> Response:
        """Starts the programme."""
        return self.perform(request, pk, handover.enrol, EnrolInput)

    @extend_schema(request=CompleteInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: int) -> Response:
        """The person reached the end of the programme."""
        return self.perform(request, pk, handover.complete, CompleteInput)

    @extend_schema(request=EndEarlyInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="end-early")
    def end_early(self, request: Request, pk: int) -> Response:
        """Ends before completion, with a coded reason."""
        return self.perform(request, pk, handover.end_early, EndEarlyInput)

    @extend_schema(request=WithdrawInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """Takes the referral back before enrolment. The disclosure is closed."""
        return self.perform(request, pk, handover.withdraw, WithdrawInput)

    @extend_schema(request=None, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="withdraw-consent")
    def withdraw_consent(self, request: Request, pk: int) -> Response:
        """The person takes the consent back: from now on the receiver sees no identity."""
        referral = self.unchanged_referral(pk)
        consents.withdraw_consent(by=self.acting, consent=self.consent_of(referral))
        return self.answer_referral(referral)

    @extend_schema(request=ConsentInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="renew-consent")
    def renew_consent(self, request: Request, pk: int) -> Response:
        """Records a new consent of the person, under which an open referral goes on."""
        referral = self.unchanged_referral(pk)
        terms = self.checked_body(ConsentInput)
        consents.renew_consent(by=self.acting, referral=referral, version=referral.version, **terms)
        return self.answer_referral(referral)

    @extend_schema(request=EventInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="end-consent")
    def end_consent(self, request: Request, pk: int) -> Response:
        """The event happened with which the consent ends: from that day on the receiver sees no identity."""
        referral = self.unchanged_referral(pk)
        on = self.checked_body(EventInput)["event_on"]
        consents.record_event(by=self.acting, consent=self.consent_of(referral), on=on)
        return self.answer_referral(referral)

    def consent_of(self, referral: Referral) -> Consent:
        consent = Consent.objects.filter(pk=referral.consent_id).first() if referral.consent_id else None
        if consent is None:
            raise handover.NoConsent(_("No consent was recorded with this referral."))
        return consent

    @extend_schema(request=ReferOnInput, responses={201: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="refer-on")
    def refer_on(self, request: Request, pk: int) -> Response:
        """A new draft for the same person to another programme, with the history kept."""
        referral = self.unchanged_referral(pk)
        return self.answer_referral(
            handover.refer_on(by=self.acting, referral=referral, **self.checked_body(ReferOnInput)), 201
        )

    # Between the yes and the work

    @extend_schema(request=FirstAppointmentInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["put"])
    def appointment(self, request: Request, pk: int) -> Response:
        """Offers a first appointment, or moves it; the sender is told."""
        referral = self.unchanged_referral(pk)
        first_appointments.offer_appointment(
            by=self.acting, referral=referral, **self.checked_body(FirstAppointmentInput)
        )
        return self.answer_referral(referral)

    @extend_schema(request=AppointmentOutcomeInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"], url_path="appointment-outcome")
    def appointment_outcome(self, request: Request, pk: int) -> Response:
        """Says whether the person came to the first appointment; a coded reason says why not."""
        referral = self.unchanged_referral(pk)
        first_appointments.record_appointment(
            by=self.acting, referral=referral, **self.checked_body(AppointmentOutcomeInput)
        )
        return self.answer_referral(referral)

    @extend_schema(request=ConcernInput, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"], serializer_class=MessageSerializer)
    def concern(self, request: Request, pk: int) -> Response:
        """Tells the sender of a concern, as a message."""
        referral = self.referral(pk)
        message = first_appointments.tell_concern(by=self.acting, referral=referral, **self.checked_body(ConcernInput))
        return Response(self.representation(message), status=201)

    @extend_schema(request=ReleaseInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["put"])
    def release(self, request: Request, pk: int) -> Response:
        """Says when somebody in custody is planned to be released, and under which conditions, or that it has moved."""
        referral = self.unchanged_referral(pk)
        releases.say_release(by=self.acting, referral=referral, **self.checked_body(ReleaseInput))
        return self.answer_referral(referral)

    @extend_schema(request=ReleasedInput, responses={200: ReferralDetailSerializer})
    @action(detail=True, methods=["post"])
    def released(self, request: Request, pk: int) -> Response:
        """Says that the person was released, and whether they left with naloxone; the receiver is told."""
        referral = self.unchanged_referral(pk)
        releases.say_released(by=self.acting, referral=referral, **self.checked_body(ReleasedInput))
        return self.answer_referral(referral)

    # Messages and history

    @extend_schema(responses={200: MessageSerializer(many=True)})
    @action(detail=True, methods=["get"], serializer_class=MessageSerializer)
    def messages(self, request: Request, pk: int) -> Response:
        """Messages between the two parties."""
        self.referral(pk)
        return self.answer_list([Message.objects.filter(referral=pk).order_by()])

    @extend_schema(request=MessageInput, responses={201: MessageSerializer})
    @messages.mapping.post
    def write(self, request: Request, pk: int) -> Response:
        """Writes to the other party."""
        referral = self.referral(pk)
        message = handover.write_message(by=self.acting, referral=referral, **self.checked_body(MessageInput))
        return Response(self.representation(message), status=201)

    @extend_schema(responses={200: ChangeSerializer(many=True)})
    @action(detail=True, methods=["get"], serializer_class=ChangeSerializer)
    def history(self, request: Request, pk: int) -> Response:
        """Each change of state: when, by which partner, why."""
        self.referral(pk)
        return self.answer_list([Change.objects.filter(referral=pk).order_by()])


assert all(hasattr(ReferralView, verb) for verb in TRANSITIONS)  # noqa: S101 — every verb is an action


# --- Export ------------------------------------------------------------------------------------------------------------------


class ReferralExport(ExportView):
    """Own referrals: status and times."""

    resource, operation = "referrals", "export_referrals"
    sees = REFERRALS
    columns = (
        "id", "kind", "state", "from_partner_id", "to_partner_id", "programme_id", "is_urgent", "reason_code", "expected_on",
        "sent_at", "acknowledged_at", "answered_at", "enrolled_at", "closed_at", "due_acknowledge_at", "due_accept_at",
        "changed_at", "version",
    )  # fmt: skip

    def rows(self) -> QuerySet[Any]:
        return Referral.objects.seen_by(self.acting)
