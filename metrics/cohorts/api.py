"""Saved cohorts over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.arrests.models import OffenceGroup
from cases.enrolments.models import Substance
from cases.people.models import Sex
from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort, own_cohorts, visible_cohorts
from metrics.cohorts.selection import FIRST_YEAR, INDEX_CHOICES, AgeBand, History, Selection
from metrics.permissions import COHORTS
from partnership.api.serializers import Resource, Strict
from partnership.api.views import View, WithoutMarks
from programs.catalogue.models import Programme, ReferralKind


class CohortSerializer(Resource):
    class Meta:
        model = Cohort
        fields = [
            "id", "partner", "name", "selection", "is_shared", "is_partnership_wide", "created_at", "archived_at", "waits_for",
        ]  # fmt: skip


def _choices(choices: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=choices), default=list, max_length=100)


def _numbers() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), default=list, max_length=500
    )


class SelectionInput(Strict):
    programmes = _numbers()
    partners = _numbers()
    kinds = _choices(Programme.Kind.choices)
    districts = _numbers()
    first_year = serializers.IntegerField(default=None, allow_null=True, min_value=FIRST_YEAR, max_value=2100)
    last_year = serializers.IntegerField(default=None, allow_null=True, min_value=FIRST_YEAR, max_value=2100)
    sexes = _choices(Sex.choices)
    ages = _choices(AgeBand.choices)
    history = serializers.ChoiceField(choices=History.choices, default="", allow_blank=True)
    substances = _choices(Substance.choices)
    offence_groups = _choices(OffenceGroup.choices)
    referral_kinds = _choices(ReferralKind.choices)
    index = serializers.ChoiceField(choices=INDEX_CHOICES, default="start")


class CohortInput(Strict):
    name = serializers.CharField(max_length=120)
    is_shared = serializers.BooleanField(default=True)
    selection = SelectionInput()


class CohortView(View):
    """Saved selections of participants; the next computation gives each its figures."""

    resource, operation = "cohorts", "cohorts"
    sees = COHORTS
    does = {
        "create": cohorts.save_cohort,
        "update": cohorts.save_cohort,
        "archive": cohorts.archive_cohort,
        "restore": cohorts.archive_cohort,
    }
    serializer_class = CohortSerializer
    without_marks = WithoutMarks.SHORT

    def get_queryset(self) -> QuerySet[Cohort]:
        changes_cohort = self.action in {"update", "archive", "restore"}
        return (own_cohorts if changes_cohort else visible_cohorts)(self.acting).order_by()

    @extend_schema(request=CohortInput, responses={201: CohortSerializer})
    def create(self, request: Request) -> Response:
        """Saves a cohort and asks for its figures."""
        saved = self._save(Cohort(), request)
        return self.answer(saved, 201, {"Location": request.build_absolute_uri(f"/api/v1/cohorts/{saved.pk}")})

    @extend_schema(request=CohortInput, responses={200: CohortSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes an own cohort."""
        cohort = self.get_object()
        self.check_unchanged(cohort)
        return self.answer(self._save(cohort, request))

    def _save(self, cohort: Cohort, request: Request) -> Cohort:
        cohort_input = self.checked_body(CohortInput)
        cohort.name, cohort.is_shared = cohort_input["name"], cohort_input["is_shared"]
        return cohorts.save_cohort(by=self.acting, cohort=cohort, selection=Selection(**cohort_input["selection"]))

    @extend_schema(request=None, responses={200: CohortSerializer})
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: int) -> Response:
        """Takes an own cohort out of later computations."""
        cohort = self.get_object()
        cohorts.archive_cohort(by=self.acting, cohort=cohort, is_archived=True)
        return self.answer(cohort)

    @extend_schema(request=None, responses={200: CohortSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Puts an archived cohort back."""
        cohort = self.get_object()
        cohorts.archive_cohort(by=self.acting, cohort=cohort, is_archived=False)
        return self.answer(cohort)
