"""How scores changed, over the API."""

from __future__ import annotations

from rest_framework import serializers

from cases.assessments.models import CHOICES
from metrics.figures.api import POPULATION_PARTS, OfRun, Results
from metrics.score_changes.models import ScoreChange
from partnership.api.serializers import Resource
from partnership.api.views import Number


class ScoreChangeSerializer(Resource):
    expandable = POPULATION_PARTS

    class Meta:
        model = ScoreChange
        fields = [
            "id", "run", "programme", "partner", "instrument", "better", "same", "worse", "assessed_once", "not_assessed",
            "better_rate", "better_lower", "better_upper", "change", "change_lower", "change_upper",
        ]  # fmt: skip


class ScoreChangeQuery(OfRun):
    programme = Number()
    partner = Number()
    instrument = serializers.ChoiceField(choices=CHOICES, required=False)


class ScoreChangeView(Results):
    """How scores of participants changed from the first to the latest assessment, per programme and instrument."""

    operation, path = "score_changes", "scores"
    of_release = True
    serializer_class = ScoreChangeSerializer
    queries = {"list": ScoreChangeQuery}
