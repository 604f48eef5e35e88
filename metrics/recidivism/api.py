"""Recidivism, survival and care of programmes and cohorts, over the API."""

from __future__ import annotations

from rest_framework import serializers

from metrics.figures.api import POPULATION_PARTS, OfPopulation, Results
from metrics.recidivism.fixed_windows import WINDOWS
from metrics.recidivism.models import CareResult, Offences, RecidivismResult, SurvivalResult
from partnership.api.serializers import Resource


class RecidivismSerializer(Resource):
    expandable = POPULATION_PARTS

    class Meta:
        model = RecidivismResult
        fields = [
            "id", "run", "partner", "programme", "cohort", "offences", "window_months", "eligible", "rearrested", "rate",
            "rate_lower", "rate_upper", "rate_sure", "rate_expected", "rate_all", "programmes", "withheld", "complete_through", "poor_feeds", "doubts",
        ]  # fmt: skip


class RecidivismQuery(OfPopulation):
    offences = serializers.ChoiceField(choices=Offences.choices, required=False)
    window_months = serializers.ChoiceField(choices=[(months, months) for months in WINDOWS], required=False)


class RecidivismView(Results):
    """Rearrested within 6, 12, 24, 36, 48 and 60 months, of protected counts, with the 95 % interval."""

    operation, path = "recidivism", "recidivism"
    of_release = True
    serializer_class = RecidivismSerializer
    queries = {"list": RecidivismQuery}


class SurvivalSerializer(Resource):
    expandable = POPULATION_PARTS

    class Meta:
        model = SurvivalResult
        fields = ["id", "run", "partner", "programme", "cohort", "offences", "points", "complete_through", "poor_feeds"]


class SurvivalView(Results):
    """Shares not rearrested at the end of each window, as a curve that never rises, with 95 % intervals."""

    operation, path = "survival", "survival"
    of_release = True
    serializer_class = SurvivalSerializer
    queries = {"list": OfPopulation}


class CareSerializer(Resource):
    expandable = POPULATION_PARTS

    class Meta:
        model = CareResult
        fields = [
            "id", "run", "partner", "programme", "cohort", "participants", "person_years", "arrests_each",
            "any_per_person_year", "drug_per_person_year", "ended", "completed_rate", "completed_lower", "completed_upper", "retained_90_rate",
            "days_to_service_median", "days_to_service_upper_quartile", "complete_through", "poor_feeds",
        ]  # fmt: skip


class CareView(Results):
    """Frequency of re-arrest, completion, retention, time to service."""

    operation, path = "care", "care"
    of_release = True
    serializer_class = CareSerializer
    queries = {"list": OfPopulation}
