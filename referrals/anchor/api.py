"""Anchor cases over the API: those that the partner leads and those shared with it, their meetings and agreed steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.openings.concern import open_to
from cases.people.models import Person
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.members.models import Partner
from referrals.anchor import actions as anchor
from referrals.anchor.models import AnchorCase, AnchorMeeting, AnchorSeat, AnchorStep
from referrals.permissions import ANCHOR_CASES

NULL = serializers.IntegerField(allow_null=True)


class AnchorCaseSerializer(Resource):
    partner = serializers.IntegerField(source="partner_id", help_text="Number of the partner that leads it.")
    person = serializers.SerializerMethodField(
        help_text="Number of the young person in the caller's own register; null where another partner leads the case."
    )
    first_names = serializers.SerializerMethodField(
        help_text="First names, as another lead shares them; empty in an own case."
    )
    last_name = serializers.SerializerMethodField(
        help_text="Last name, as another lead shares it; empty in an own case."
    )
    from_whom = serializers.ChoiceField(
        source="source", choices=AnchorCase.Source.choices, help_text="From whom the concern came."
    )
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=AnchorCase.Reason.choices), help_text="What the concern is about."
    )
    screening = serializers.ChoiceField(
        choices=AnchorCase.Screening.choices,
        allow_blank=True,
        help_text="Whether the team takes the case; empty: not said yet.",
    )
    outcome = serializers.ChoiceField(
        choices=AnchorCase.Outcome.choices, allow_blank=True, help_text="How it ended; empty while it is open."
    )

    class Meta:
        model = AnchorCase
        fields = [
            "id", "partner", "person", "first_names", "last_name", "from_whom", "reasons", "received_on", "is_under_15", "screening",
            "screened_on", "guardian_told", "guardian_why", "outcome", "closed_on",
        ]  # fmt: skip

    @extend_schema_field(NULL)
    def get_person(self, case: AnchorCase) -> int | None:
        return case.person_id if case.partner_id == self.context["view"].acting.partner.pk else None

    def get_first_names(self, case: AnchorCase) -> str:
        return self._shared(case, "first_names")

    def get_last_name(self, case: AnchorCase) -> str:
        return self._shared(case, "last_name")

    def _shared(self, case: AnchorCase, name: str) -> str:
        mine = self.context["view"].acting.partner.pk
        return next((getattr(one, name) or "" for one in case.exchanges.all() if one.to_partner_id == mine), "")


class AnchorCaseInput(Strict):
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all(), help_text="An own person.")
    team = serializers.IntegerField(min_value=1, help_text="Number of a team in which the caller's partner has a seat.")
    from_whom = serializers.ChoiceField(choices=AnchorCase.Source.choices, help_text="From whom the concern came.")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=AnchorCase.Reason.choices),
        allow_empty=False,
        help_text="What the concern is about.",
    )
    received_on = InPast()


class AnchorScreeningInput(Strict):
    screening = serializers.ChoiceField(
        choices=AnchorCase.Screening.choices, help_text="Whether the team takes the case."
    )


class AnchorEndInput(Strict):
    outcome = serializers.ChoiceField(choices=AnchorCase.Outcome.choices, help_text="How it ended.")


class AnchorCaseView(View):
    """Cases of anchor teams around a young person. A member sees one while the young person's consent to it lasts."""

    resource = "anchor-cases"
    sees = ANCHOR_CASES
    does = {"create": anchor.open_case, "screen": anchor.screen_case, "close": anchor.close_case}
    serializer_class = AnchorCaseSerializer
    without_marks = WithoutMarks.SHORT
    is_personal = True

    def get_queryset(self) -> QuerySet[AnchorCase]:
        return AnchorCase.objects.seen_by(self.acting).prefetch_related("exchanges").order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        rows, mine = AnchorCase.objects.prefetch_related("exchanges").order_by(), self.acting.partner
        led = open_to(self.acting, rows.filter(partner=mine), "person")
        return [led, rows.exclude(partner=mine).filter(AnchorCase.objects.shared_with(self.acting))]

    @extend_schema(request=AnchorCaseInput, responses={201: AnchorCaseSerializer})
    def create(self, request: Request) -> Response:
        """Opens a case about an own person, which the caller's partner leads."""
        fields = self.checked_body(AnchorCaseInput)
        self.check_door(fields["person"])
        team, source = fields.pop("team"), fields.pop("from_whom")
        seat = AnchorSeat.objects.filter(team=team, to_partner=self.acting.partner, ended_on=None).first()
        if seat is None:
            raise anchor.NoSeat(_("Your organisation has no seat in this team."))
        case = anchor.open_case(by=self.acting, seat=seat, source=source, **fields)
        return self.answer(case, 201, {"Location": request.build_absolute_uri(f"/api/v1/anchor-cases/{case.pk}")})

    @extend_schema(request=AnchorScreeningInput, responses={200: AnchorCaseSerializer})
    @action(detail=True, methods=["post"])
    def screen(self, request: Request, pk: int) -> Response:
        """Says whether the team takes the case, once."""
        case = self.get_object()
        return self.answer(anchor.screen_case(by=self.acting, case=case, **self.checked_body(AnchorScreeningInput)))

    @extend_schema(request=AnchorEndInput, responses={200: AnchorCaseSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        """Closes a case. The sharing ends with it, and the team looks again after 3 and 6 months."""
        case = self.get_object()
        return self.answer(anchor.close_case(by=self.acting, case=case, **self.checked_body(AnchorEndInput)))


class OfAnchorCase(Query):
    case = Number(help_text="Number of the anchor case.")


class AnchorMeetingSerializer(Resource):
    case = serializers.IntegerField(source="case_id", help_text="Number of the anchor case.")
    present = serializers.ListField(
        child=serializers.ChoiceField(choices=AnchorMeeting.Present.choices), help_text="Who was there."
    )

    class Meta:
        model = AnchorMeeting
        fields = ["id", "case", "held_on", "present"]


class AgreedStepInput(Strict):
    text = serializers.CharField(max_length=500)
    partner = serializers.PrimaryKeyRelatedField(
        queryset=Partner.objects.all(),
        help_text="Number of the partner that does it: the lead, or one that sees the case.",
    )
    due_on = serializers.DateField(default=None, allow_null=True)


class AnchorMeetingInput(Strict):
    case = serializers.PrimaryKeyRelatedField(
        queryset=AnchorCase.objects.all(), help_text="Number of an anchor case that the caller leads."
    )
    held_on = InPast()
    present = serializers.ListField(
        child=serializers.ChoiceField(choices=AnchorMeeting.Present.choices),
        allow_empty=False,
        help_text="Who was there.",
    )
    steps = AgreedStepInput(many=True, default=list, help_text="What was agreed.")


class AnchorMeetingView(View):
    """Meetings of anchor teams about a case, for the lead and whoever the case is shared with."""

    resource = "anchor-meetings"
    sees = ANCHOR_CASES
    does = {"create": anchor.record_meeting}
    serializer_class = AnchorMeetingSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": OfAnchorCase}
    is_personal = True

    def get_queryset(self) -> QuerySet[AnchorMeeting]:
        return AnchorMeeting.objects.filter(case__in=AnchorCase.objects.seen_by(self.acting)).order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        return _of_open_cases(self, parameters, Q(partner=self.acting.partner))

    @extend_schema(request=AnchorMeetingInput, responses={201: AnchorMeetingSerializer})
    def create(self, request: Request) -> Response:
        """Records a meeting about an own case, and the steps that it agreed on."""
        fields = self.checked_body(AnchorMeetingInput)
        self.check_door(fields["case"])
        steps = [anchor.AgreedStep(**step) for step in fields.pop("steps")]
        meeting = anchor.record_meeting(by=self.acting, steps=steps, **fields)
        address = request.build_absolute_uri(f"/api/v1/anchor-meetings/{meeting.pk}")
        return self.answer(meeting, 201, {"Location": address})


class AnchorStepSerializer(Resource):
    case = serializers.IntegerField(source="case_id", help_text="Number of the anchor case.")
    meeting = serializers.IntegerField(source="meeting_id", help_text="Number of the meeting that agreed on it.")
    to_partner = serializers.IntegerField(source="to_partner_id", help_text="Number of the partner that does it.")
    text = serializers.CharField(help_text="What is to be done.")

    class Meta:
        model = AnchorStep
        fields = ["id", "case", "meeting", "to_partner", "text", "due_on", "done_on"]


class AnchorStepDoneInput(Strict):
    done_on = InPast(allow_null=True, help_text="null: it is to be done.")


class AnchorStepView(View):
    """Steps that anchor teams agreed on, for the lead and whoever the case is shared with."""

    resource = "anchor-steps"
    sees = ANCHOR_CASES
    does = {"done": anchor.mark_step}
    serializer_class = AnchorStepSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": OfAnchorCase}
    is_personal = True

    def get_queryset(self) -> QuerySet[AnchorStep]:
        return AnchorStep.objects.filter(case__in=AnchorCase.objects.seen_by(self.acting)).order_by()

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        return _of_open_cases(self, parameters, Q(from_partner=self.acting.partner))

    @extend_schema(request=AnchorStepDoneInput, responses={200: AnchorStepSerializer})
    @action(detail=True, methods=["put"])
    def done(self, request: Request, pk: int) -> Response:
        """Marks an agreed step as done, or takes the mark back: the lead, or who does it."""
        step = self.get_object()
        self.check_unchanged(step)
        return self.answer(anchor.mark_step(by=self.acting, step=step, **self.checked_body(AnchorStepDoneInput)))


def _of_open_cases(view: View, parameters: dict[str, Any], is_own: Q) -> list[QuerySet[Any]]:
    """The rows of a list: of own cases those whose person the user may open, and of shared ones all."""
    rows = view.narrowed(view.get_queryset(), parameters)
    return [open_to(view.acting, rows.filter(is_own), "case__person"), rows.exclude(is_own)]
