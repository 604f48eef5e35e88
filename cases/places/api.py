"""Beds and stays of the partner's own programmes over the API, as the system of a house keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.enrolments.models import Enrolment
from cases.permissions import BEDS
from cases.places import actions as places
from cases.places.models import Bed, Stay
from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from programs.catalogue.models import Programme


class BedSerializer(Resource):
    class Meta:
        model = Bed
        fields = ["id", "programme", "name", "room", "for_whom", "opened_on", "closed_on"]


class BedQuery(Query):
    programme = Number()


class BedInput(Strict):
    programme = serializers.PrimaryKeyRelatedField(queryset=Programme.objects.all())
    name = serializers.CharField(max_length=40)
    room = serializers.CharField(max_length=40, default="", allow_blank=True)
    for_whom = serializers.ChoiceField(choices=Bed.ForWhom.choices, default=Bed.ForWhom.ANYBODY)
    opened_on = InPast(help_text="From which night on it can be used.")


class BedView(View):
    """Beds of the partner's own programmes: with the first one, a programme's free places are its free beds."""

    resource = "beds"
    sees = BEDS
    does = {"create": places.save_bed, "close": places.close_bed}
    serializer_class = BedSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": BedQuery}

    def get_queryset(self) -> QuerySet[Bed]:
        return Bed.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=BedInput, responses={201: BedSerializer})
    def create(self, request: Request) -> Response:
        """Adds a bed to an own programme."""
        fields = self.checked_body(BedInput)
        bed = places.save_bed(by=self.acting, bed=Bed(partner=self.acting.partner), **fields)
        return self.answer(bed, 201, {"Location": request.build_absolute_uri(f"/api/v1/beds/{bed.pk}")})

    @extend_schema(request=None, responses={200: BedSerializer})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        """Closes a bed for good: it is no place any more."""
        bed = self.get_object()
        self.check_unchanged(bed)
        return self.answer(places.close_bed(by=self.acting, bed=bed))


class StaySerializer(Resource):
    class Meta:
        model = Stay
        fields = ["id", "bed", "enrolment", "out_because", "started_on", "ended_on", "expected_until", "away"]


class StayQuery(Query):
    bed = Number()
    enrolment = Number()


class StayInput(Strict):
    bed = serializers.PrimaryKeyRelatedField(queryset=Bed.objects.all())
    enrolment = serializers.PrimaryKeyRelatedField(queryset=Enrolment.objects.select_related("person"))
    started_on = InPast(help_text="The first night.")
    expected_until = serializers.DateField(default=None, allow_null=True)


class StayEndInput(Strict):
    ended_on = InPast(help_text="The night before was the last.")


class AwayInput(Strict):
    night = InPast()
    is_away = serializers.BooleanField()


class StayView(View):
    """What the partner's own beds are used for, from a night until a day: somebody's stay, or out of service."""

    resource = "stays"
    sees = BEDS
    does = {"create": places.move_in, "end": places.end_stay, "away": places.mark_away}
    serializer_class = StaySerializer
    tombstones = ("cases_stay",)
    queries = {"list": StayQuery}
    is_personal = True

    def get_queryset(self) -> QuerySet[Stay]:
        return Stay.objects.filter(partner=self.acting.partner).order_by()

    @extend_schema(request=StayInput, responses={201: StaySerializer})
    def create(self, request: Request) -> Response:
        """Somebody who takes part moves into a bed of the same programme."""
        fields: dict[str, Any] = self.checked_body(StayInput)
        self.check_door(fields["enrolment"])
        stay = places.move_in(by=self.acting, **fields)
        return self.answer(stay, 201, {"Location": request.build_absolute_uri(f"/api/v1/stays/{stay.pk}")})

    @extend_schema(request=StayEndInput, responses={200: StaySerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """Somebody moves out, or the bed is in service again."""
        stay = self.get_object()
        self.check_unchanged(stay)
        places.end_stay(by=self.acting, stay=stay, **self.checked_body(StayEndInput))
        return self.answer(self.get_object())

    @extend_schema(request=AwayInput, responses={200: StaySerializer})
    @action(detail=True, methods=["put"])
    def away(self, request: Request, pk: int) -> Response:
        """Says that somebody sleeps elsewhere in a night and keeps the bed, or takes that back."""
        stay = self.get_object()
        self.check_unchanged(stay)
        places.mark_away(by=self.acting, stay=stay, **self.checked_body(AwayInput))
        return self.answer(self.get_object())
