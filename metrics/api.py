"""Metric results over the API: what the newest run published, suppressed as on the pages."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from metrics.models import ArrestTrendResult, RecidivismResult
from metrics.services import latest_run
from metrics.views.recidivism import visible
from partnership.models import District, Partner
from programs.models import Programme


class RecidivismSerializer(serializers.ModelSerializer[RecidivismResult]):
    definition = serializers.CharField(source="run.definition")
    data_cut_off = serializers.DateField(source="run.data_cut_off")
    computed_at = serializers.DateTimeField(source="run.finished_at")

    class Meta:
        model = RecidivismResult
        fields = [
            "id",
            "partner",
            "programme",
            "offences",
            "window_months",
            "eligible",
            "rearrested",
            "rate",
            "rate_lower",
            "rate_upper",
            "mean_rearrests",
            "programmes",
            "withheld",
            "definition",
            "data_cut_off",
            "computed_at",
        ]


class RecidivismFilter(filters.FilterSet):
    partner = filters.ModelChoiceFilter(queryset=Partner.objects.all())
    programme = filters.ModelChoiceFilter(queryset=Programme.objects.all())
    offences = filters.ChoiceFilter(choices=RecidivismResult.Offences.choices)
    window_months = filters.NumberFilter()

    class Meta:
        model = RecidivismResult
        fields: list[str] = []


class TrendSerializer(serializers.ModelSerializer[ArrestTrendResult]):
    district_code = serializers.CharField(source="district.code")
    definition = serializers.CharField(source="run.definition")
    computed_at = serializers.DateTimeField(source="run.finished_at")

    class Meta:
        model = ArrestTrendResult
        fields = [
            "id",
            "district",
            "district_code",
            "month",
            "group",
            "arrests",
            "rate_per_100k",
            "adjusted",
            "definition",
            "computed_at",
        ]


class TrendFilter(filters.FilterSet):
    district = filters.ModelChoiceFilter(queryset=District.objects.all())
    group = filters.ChoiceFilter(choices=ArrestTrendResult.Group.choices)

    class Meta:
        model = ArrestTrendResult
        fields: list[str] = []


class LatestResults(ListModelMixin, GenericViewSet[Any]):
    """Results of the newest finished run."""

    key_order = ["id"]

    def get_queryset(self) -> QuerySet[Any]:
        queryset = super().get_queryset()
        run = latest_run()
        return queryset.filter(run=run) if run else queryset.none()


class RecidivismViewSet(LatestResults):
    """Fixed-window recidivism per programme; without a programme: the programmes shown of the partner, or of all."""

    queryset = RecidivismResult.objects.filter(cohort=None).select_related("run")
    serializer_class = RecidivismSerializer
    filterset_class = RecidivismFilter

    def get_queryset(self) -> QuerySet[RecidivismResult]:
        return super().get_queryset().filter(visible(self.request))  # type: ignore[arg-type]


class TrendViewSet(LatestResults):
    """Arrests a month per district and group of offence."""

    queryset = ArrestTrendResult.objects.select_related("run", "district")
    serializer_class = TrendSerializer
    filterset_class = TrendFilter
