"""Funding calls over the API: what partners tell each other of, and who would lead or join an application."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.members.models import Partner
from programs.funding import actions as funding
from programs.funding.models import CallInterest, FundingCall
from programs.permissions import CALLS

EURO = 2**31 - 1


class SaidInterest(Strict):
    partner = serializers.IntegerField()
    part = serializers.ChoiceField(choices=CallInterest.Part.choices, help_text="What it would do.")
    brings = serializers.CharField(help_text="What it brings.")


class FundingCallSerializer(Resource):
    link = serializers.CharField(help_text="The funder's own page: what it says holds.")
    opens_on = serializers.DateField(help_text="The first day.")
    closes_on = serializers.DateField(allow_null=True, help_text="The last day; null: it is open all the time.")
    may_apply = serializers.ListField(
        child=serializers.ChoiceField(choices=Partner.Kind.choices),
        read_only=True,
        help_text="Kinds of partner that may apply.",
    )
    themes = serializers.ListField(
        child=serializers.ChoiceField(choices=FundingCall.Theme.choices), read_only=True, help_text="What it pays for."
    )
    about = serializers.CharField(help_text="In short, in the words of who told of it.")
    interests = serializers.SerializerMethodField(help_text="Partners that would lead or join an application.")

    class Meta:
        model = FundingCall
        fields = [
            "id", "partner", "funder", "title", "link", "opens_on", "closes_on", "least_eur", "most_eur", "may_apply", "themes",
            "about", "withdrawn_why", "interests",
        ]  # fmt: skip

    @extend_schema_field(SaidInterest(many=True))
    def get_interests(self, call: FundingCall) -> list[dict[str, Any]]:
        return [
            {"partner": interest.partner_id, "part": interest.part, "brings": interest.brings}
            for interest in call.interests.all()
        ]


class FundingCallQuery(Query):
    partner = Number()
    theme = serializers.ChoiceField(
        choices=FundingCall.Theme.choices, required=False, source="themes__contains", help_text="What it pays for."
    )
    closes_from = serializers.DateField(
        required=False, source="closes_on__gte", help_text="Only those whose last day is not before this one."
    )


class FundingCallInput(Strict):
    funder = serializers.CharField(max_length=150, help_text="Who gives the money.")
    title = serializers.CharField(max_length=200)
    link = serializers.URLField(max_length=500, help_text="The funder's own page.")
    opens_on = serializers.DateField(help_text="The first day.")
    closes_on = serializers.DateField(
        default=None, allow_null=True, help_text="The last day; null: it is open all the time."
    )
    least_eur = serializers.IntegerField(
        min_value=0, max_value=EURO, default=None, allow_null=True, help_text="The least amount, in euros."
    )
    most_eur = serializers.IntegerField(
        min_value=0, max_value=EURO, default=None, allow_null=True, help_text="The largest amount, in euros."
    )
    may_apply = serializers.ListField(
        child=serializers.ChoiceField(choices=Partner.Kind.choices),
        allow_empty=False,
        max_length=20,
        help_text="Kinds of partner that may apply.",
    )
    themes = serializers.ListField(
        child=serializers.ChoiceField(choices=FundingCall.Theme.choices),
        allow_empty=False,
        max_length=20,
        help_text="What it pays for.",
    )
    about = serializers.CharField(max_length=2000, default="", allow_blank=True, help_text="In short, in own words.")


class CallWithdrawalInput(Strict):
    because = serializers.CharField(max_length=300, help_text="Why, as everybody reads it.")


class InterestInput(Strict):
    part = serializers.ChoiceField(choices=CallInterest.Part.choices, help_text="What the caller's partner would do.")
    brings = serializers.CharField(max_length=300, default="", allow_blank=True, help_text="What it brings.")


class FundingCallView(View):
    """Calls for funding, as partners tell each other of them. A partner changes those that it told of."""

    resource = "funding-calls"
    sees = CALLS
    does = {
        "create": funding.save_call,
        "update": funding.save_call,
        "withdraw": funding.withdraw_call,
        "interest": funding.say_interest,
        "no_interest": funding.take_back_interest,
    }
    serializer_class = FundingCallSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": FundingCallQuery}

    def get_queryset(self) -> QuerySet[FundingCall]:
        return FundingCall.objects.prefetch_related("interests").order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        theme = parameters.get("themes__contains")
        return super().narrowed(queryset, parameters | ({"themes__contains": [theme]} if theme else {}))

    @extend_schema(request=FundingCallInput, responses={201: FundingCallSerializer})
    def create(self, request: Request) -> Response:
        """Tells every partner of a call."""
        call = self._save(FundingCall(partner=self.acting.partner))
        return self.answer(call, 201, {"Location": request.build_absolute_uri(f"/api/v1/funding-calls/{call.pk}")})

    @extend_schema(request=FundingCallInput, responses={200: FundingCallSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes what is told of a call, as when its last day moves."""
        call = self.get_object()
        self.check_unchanged(call)
        return self.answer(self._save(call))

    @extend_schema(request=CallWithdrawalInput, responses={200: FundingCallSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """Takes a call back that is none, or that the funder took back."""
        funding.withdraw_call(by=self.acting, call=self.get_object(), **self.checked_body(CallWithdrawalInput))
        return self.answer(self.get_object())

    @extend_schema(request=InterestInput, responses={200: FundingCallSerializer})
    @action(detail=True, methods=["put"])
    def interest(self, request: Request, pk: int) -> Response:
        """Says that the caller's partner would lead an application, or join one."""
        funding.say_interest(by=self.acting, call=self.get_object(), **self.checked_body(InterestInput))
        return self.answer(self.get_object())

    @extend_schema(responses={200: FundingCallSerializer})
    @interest.mapping.delete
    def no_interest(self, request: Request, pk: int) -> Response:
        """Says that the caller's partner would do neither any more."""
        funding.take_back_interest(by=self.acting, call=self.get_object())
        return self.answer(self.get_object())

    def _save(self, call: FundingCall) -> FundingCall:
        for name, value in self.checked_body(FundingCallInput).items():
            setattr(call, name, value)
        saved = funding.save_call(by=self.acting, call=call)
        return self.get_queryset().get(pk=saved.pk)
