"""What entries of a participation have in common over the API: they are listed, taken back and restored alike."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.corrections import actions as corrections
from cases.corrections.models import Mistake
from cases.openings.concern import open_to
from cases.permissions import ENROLMENTS
from partnership.api.serializers import Strict
from partnership.api.views import Flag, Number, Query, View


class TakeBackInput(Strict):
    why = serializers.ChoiceField(choices=Mistake.choices)


class EntryQuery(Query):
    enrolment = Number()
    taken_back = Flag(help_text="Those that were taken back, or those that count; without it both.")


class EntryView(View):
    """Entries of the partner's own enrolments."""

    sees = ENROLMENTS
    queries = {"list": EntryQuery}
    entry: type[Any]
    """The model: one of `Entry`."""
    is_personal = True

    def get_queryset(self) -> QuerySet[Any]:
        mine: QuerySet[Any] = self.entry.objects.filter(partner=self.acting.partner)
        return mine.select_related("enrolment").order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        filters = dict(parameters)
        is_taken_back = filters.pop("taken_back", None)
        rows = open_to(self.acting, super().narrowed(queryset, filters), "enrolment__person")
        return rows if is_taken_back is None else rows.filter(taken_back_at__isnull=not is_taken_back)

    @extend_schema(request=TakeBackInput)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Takes back what was recorded by mistake: it counts nowhere any more."""
        entry = self.get_object()
        self.check_unchanged(entry)
        why = self.checked_body(TakeBackInput)["why"]
        corrections.take_back(by=self.acting, entry=entry, why=why)
        return self.answer(self.get_object())

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Lets what was taken back count again."""
        entry = self.get_object()
        self.check_unchanged(entry)
        corrections.restore(by=self.acting, entry=entry)
        return self.answer(self.get_object())
