"""Runs over the API: what went into each computation, and what came out."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from metrics.permissions import FIGURES
from metrics.runs.models import Run
from partnership.api.serializers import Resource
from partnership.api.views import Query, View, WithoutMarks


class RunSerializer(Resource):
    class Meta:
        model = Run
        fields = [
            "id", "state", "reason", "definition", "data_cut_off", "requested_at", "started_at", "finished_at",
            "quarter", "released_at", "published_at", "next_on", "withdrawn_at", "withdrawn_because", "enrolments_in", "arrests_in",
            "results_out",
        ]  # fmt: skip


class RunQuery(Query):
    state = serializers.ChoiceField(choices=Run.State.choices, required=False)


class RunView(View):
    """Computations: what went in and came out, under which definition, up to which day."""

    resource, operation = "metrics", "runs"
    sees = FIGURES
    serializer_class = RunSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": RunQuery}

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.order_by()
